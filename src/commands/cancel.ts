import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { addConnectionOptions, option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { byOperands } from '../cli/subject.ts';

export function cancelCommand(register: Register): Command {
  const command = newCommand('cancel', 'Cancel what has not begun, and say what is billed anyway')
    .argument('[task...]', 'job ids or task ids')
    .addOption(option('--task-id <id>', 'the provider’s task id; works without a local record'));
  addConnectionOptions(command);
  command.addHelpText(
    'after',
    '\nDashScope cancels tasks that are still queued; what runs is billed if it succeeds. AceData and SinanCode cancel nothing. A job that was prepared and never sent is cancelled here.\n\nExit code: 0 cancelled, 1 no longer possible, 8 being sent right now, 14 unconfirmed; of several jobs 12\n\nExample:\n  wan cancel 1T3K9QW7A2BC',
  );
  const run = register(command, byOperands, async () => (await import('../actions/cancel.ts')).runCancel);
  return command.action((tasks: string[], flags: Record<string, unknown>) => run({ tasks, flags }));
}
