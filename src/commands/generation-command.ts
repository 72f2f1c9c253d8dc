import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import {
  addConnectionOptions,
  addGenerationOptions,
  addMediaOptions,
  addSavingOptions,
  addWaitingOptions,
  type MediaFlag,
} from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { jobSubject } from '../cli/subject.ts';
import type { Mode } from '../core/mode.ts';

/** What t2v, i2v and r2v have in common; they differ in the inputs they take. */
export function generationCommand(mode: Mode, summary: string, register: Register): Command {
  const media: MediaFlag[] = [];
  const command = newCommand(mode, summary).argument('[prompt]', 'what to show; - reads stdin, @file a file');
  addMediaOptions(command, mode, media);
  addGenerationOptions(command, mode);
  addWaitingOptions(command);
  addSavingOptions(command);
  addConnectionOptions(command);
  const run = register(command, jobSubject, async () => (await import('../actions/generate.ts')).runGenerate);
  return command.action((prompt: string | undefined, flags: Record<string, unknown>) =>
    run({ mode, prompt, flags, media }),
  );
}
