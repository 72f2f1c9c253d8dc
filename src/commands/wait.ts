import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { addConnectionOptions, addSavingOptions, addWaitingOptions, option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { jobSubject } from '../cli/subject.ts';

export function waitCommand(register: Register): Command {
  const command = newCommand('wait', 'Wait for a job, then save its video')
    .argument('[task]', 'job id or task id')
    .addOption(option('--task-id <id>', 'the provider’s task id; works without a local record'));
  addWaitingOptions(command);
  addSavingOptions(command);
  addConnectionOptions(command);
  command.addHelpText('after', '\nExample:\n  wan wait 1T3K9QW7A2BC');
  const run = register(command, jobSubject, async () => (await import('../actions/wait.ts')).runWait);
  return command.action((task: string | undefined, flags: Record<string, unknown>) => run({ task, flags }));
}
