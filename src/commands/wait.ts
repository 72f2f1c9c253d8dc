import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { addConnectionOptions, addSavingOptions, addWaitingOptions, option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { byOperands } from '../cli/subject.ts';

export function waitCommand(register: Register): Command {
  const command = newCommand('wait', 'Wait for jobs, then save their videos')
    .argument('[task...]', 'job ids or task ids')
    .addOption(option('--task-id <id>', 'the provider’s task id; works without a local record'));
  addWaitingOptions(command);
  addSavingOptions(command);
  addConnectionOptions(command);
  command.addHelpText('after', '\nExample:\n  wan wait 1T3K9QW7A2BC');
  const run = register(command, byOperands, async () => (await import('../actions/wait.ts')).runWait);
  return command.action((tasks: string[], flags: Record<string, unknown>) => run({ tasks, flags }));
}
