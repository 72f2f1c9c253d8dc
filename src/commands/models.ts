import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { subjectOf } from '../cli/subject.ts';

export function modelsCommand(register: Register): Command {
  const command = newCommand('models', 'List models: modes, limits, regions')
    .argument('[id]', 'show one model whole')
    .addOption(
      option('--mode <mode>', 'only those of a mode: t2v, i2v, kf2v, r2v, vace, edit, extend, animate, s2v'),
    );
  command
    .addOption(option('--provider <name>', 'dashscope, acedata or sinancode'))
    .addOption(option('--region <name>', 'only what is offered there'));
  const run = register(
    command,
    subjectOf('models', 'models'),
    async () => (await import('../actions/models.ts')).runModels,
  );
  return command.action((id: string | undefined, flags: Record<string, unknown>) => run({ id, flags }));
}
