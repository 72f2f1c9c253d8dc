import { Command } from 'commander';
import { addTalkOptions } from './options.ts';

/** A subcommand with the flags that every one of them has. */
export function newCommand(name: string, summary: string): Command {
  return addTalkOptions(new Command(name).summary(summary).description(summary));
}
