import { Command } from 'commander';

/** A subcommand; its talk flags join when its action is registered, so that help shows them last. */
export function newCommand(name: string, summary: string): Command {
  return new Command(name).summary(summary).description(summary);
}
