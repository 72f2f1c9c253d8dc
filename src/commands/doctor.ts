import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { addConnectionOptions, option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { subjectOf } from '../cli/subject.ts';

export function doctorCommand(register: Register): Command {
  const command = newCommand('doctor', 'Check this machine, the keys and the services; costs nothing');
  addConnectionOptions(command);
  command
    .optionsGroup('Saving:')
    .addOption(option('--out-dir <dir>', 'directory to look at for room (default: the working directory)'));
  command.addHelpText(
    'after',
    `
One line a check: ok, warning with a hint, or failure. With a failure the exit code is that of the first one.

Example:
  wan doctor | grep -v ^ok`,
  );
  const run = register(
    command,
    subjectOf('doctor', 'doctor'),
    async () => (await import('../actions/doctor.ts')).runDoctor,
  );
  return command.action((flags: Record<string, unknown>) => run({ flags }));
}
