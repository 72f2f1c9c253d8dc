import { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { subjectOf } from '../cli/subject.ts';

const keys =
  'provider profile region base_url workspace path.<mode> model.<mode> out_dir output timeout poll_interval';

export function configCommand(register: Register): Command {
  const config = new Command('config')
    .summary('Read and change settings')
    .description('Read and change settings')
    .addHelpText('after', `\nSettings: ${keys}`);
  const add = (name: string, summary: string, parameters: readonly string[]) => {
    const command = newCommand(name, summary);
    for (const parameter of parameters) command.argument(`<${parameter}>`);
    command.addOption(option('--profile <name>', 'in this profile'));
    command.addOption(option('--provider <name>', 'in this provider’s default profile'));
    command.addHelpText('after', `\nSettings: ${keys}`);
    const run = register(
      command,
      subjectOf('config', 'config'),
      async () => (await import('../actions/config.ts')).runConfig,
    );
    command.action((...values: unknown[]) =>
      run({
        verb: name,
        words: values.filter((value) => typeof value === 'string'),
        flags: command.opts<Record<string, unknown>>(),
      }),
    );
    config.addCommand(command);
  };
  add('get', 'Print one setting', ['key']);
  add('set', 'Change one setting', ['key', 'value']);
  add('unset', 'Remove one setting', ['key']);
  add('list', 'Print all settings, without keys', []);
  add('path', 'Print where the settings are', []);
  return config;
}
