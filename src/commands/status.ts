import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { addConnectionOptions, option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { byOperands } from '../cli/subject.ts';

export function statusCommand(register: Register): Command {
  const command = newCommand('status', 'Ask once how jobs stand')
    .argument('[task...]', 'job ids or task ids')
    .addOption(option('--task-id <id>', 'the provider’s task id; works without a local record'))
    .option('--poll-once', 'accepted for other tools’ sake: status always asks just once');
  addConnectionOptions(command);
  command.addHelpText(
    'after',
    '\nExit code: 0 done, 8 still going, 9 failed or cancelled, 10 content filter, 11 expired or unknown, 13 no usable link yet, 14 unconfirmed\n\nExample:\n  wan status --task-id 0385dc79-5ff8-4d82-bcb6-0123456789ab',
  );
  const run = register(command, byOperands, async () => (await import('../actions/status.ts')).runStatus);
  return command.action((tasks: string[], flags: Record<string, unknown>) => run({ tasks, flags }));
}
