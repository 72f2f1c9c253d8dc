import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { addConnectionOptions, option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { subjectOf } from '../cli/subject.ts';

export function uploadCommand(register: Register): Command {
  const command = newCommand(
    'upload',
    'Put a local file where the service can read it, and print its address',
  )
    .argument('<file>', 'an image, clip, sound or document')
    .addOption(option('-m, --model <id>', 'the model that will read it: DashScope binds uploads to one'));
  addConnectionOptions(command);
  command.addHelpText('after', '\nExample:\n  wan upload cat.png --model wan2.6-i2v-flash');
  const run = register(
    command,
    subjectOf('upload', 'upload'),
    async () => (await import('../actions/upload.ts')).runUpload,
  );
  return command.action((file: string, flags: Record<string, unknown>) => run({ file, flags }));
}
