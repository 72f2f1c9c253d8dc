import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { jobsSubject } from '../cli/subject.ts';

export function listCommand(register: Register): Command {
  const command = newCommand('list', 'List local jobs, newest first')
    .addOption(option('--limit <count>', 'how many (default: 20)'))
    .option('--all', 'all of them');
  const run = register(command, jobsSubject, async () => (await import('../actions/list.ts')).runList);
  return command.action((flags: Record<string, unknown>) => run({ flags }));
}
