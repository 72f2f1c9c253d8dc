import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { addConnectionOptions, addSavingOptions, option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { jobSubject } from '../cli/subject.ts';

export function downloadCommand(register: Register): Command {
  const command = newCommand('download', 'Save the video of a finished job')
    .argument('[task]', 'job id or task id')
    .addOption(option('--task-id <id>', 'the provider’s task id; works without a local record'));
  addSavingOptions(command);
  addConnectionOptions(command);
  command.addHelpText(
    'after',
    '\nExample:\n  wan download --task-id 0385dc79-5ff8-4d82-bcb6-0123456789ab -o clip.mp4',
  );
  const run = register(command, jobSubject, async () => (await import('../actions/download.ts')).runDownload);
  return command.action((task: string | undefined, flags: Record<string, unknown>) => run({ task, flags }));
}
