import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { addConnectionOptions, option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { jobSubject } from '../cli/subject.ts';

export function statusCommand(register: Register): Command {
  const command = newCommand('status', 'Ask once how a job stands')
    .argument('[task]', 'job id or task id')
    .addOption(option('--task-id <id>', 'the provider’s task id; works without a local record'))
    .option('--poll-once', 'accepted for other tools’ sake: status always asks just once');
  addConnectionOptions(command);
  command.addHelpText(
    'after',
    '\nExit code: 0 done, 8 still going, 9 failed or cancelled, 10 content filter, 11 expired or unknown, 14 unconfirmed\n\nExample:\n  wan status --task-id 0385dc79-5ff8-4d82-bcb6-0123456789ab',
  );
  const run = register(command, jobSubject, async () => (await import('../actions/status.ts')).runStatus);
  return command.action((task: string | undefined, flags: Record<string, unknown>) => run({ task, flags }));
}
