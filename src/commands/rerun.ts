import type { Command, Option } from 'commander';
import { newCommand } from '../cli/command.ts';
import { extraFlags } from '../cli/extra-flags.ts';
import { mediaFlags, type TypedMedia } from '../cli/media-flags.ts';
import {
  addConnectionOptions,
  addGenerationOptions,
  addInputOptions,
  addSavingOptions,
  addWaitingOptions,
  option,
} from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { byCount } from '../cli/subject.ts';

const details = `
What is not given stays as it was. It takes the inputs and the rarer fields of the job's own mode, too: --image, --ref, --strength, …; see \`wan i2v --help\` and its like. A new --ref takes the place of all references. Files of this machine are read again. The video gets a name of its own, here.

Examples:
  wan rerun 1T3K9QW7A2BC --seed 7
  wan rerun kitten.mp4 -n 2
  wan rerun 1T3K9QW7A2BC "The same, but at night" --ratio 9:16 -n 3`;

/** What is not given stays as it was, so the defaults of a first time would mislead. */
function helpOf({ long, description }: Option): string {
  if (long === '--model') return 'another model (`wan models`)';
  if (long === '--duration') return 'seconds of video, as the job’s mode and model take them';
  return long === '--count' ? description : description.replace(/ \(default(?:: [^()]*)?\)$/u, '');
}

/** Which mode the job has is not known yet: any mode's flags are taken, and held against it when its record is read. */
export function rerunCommand(register: Register): Command {
  const media: TypedMedia[] = [];
  const params: string[] = [];
  const command = newCommand('rerun', 'Make the video of a job again, as a new job, with what you change')
    .argument('<task>', 'job id, task id, or the video’s file')
    .argument('[prompt]', 'instead of the old one; - reads stdin, @file a file');
  // Text to video knows every flag of the video itself.
  addGenerationOptions(command, 't2v', params);
  for (const made of command.options) made.description = helpOf(made);
  const inputs = new Map(Object.values(mediaFlags).flatMap((list) => list.map((made) => [made.flag, made])));
  addInputOptions(
    command,
    [...inputs.values()].map((made) => ({ ...made, isHidden: true })),
    media,
  );
  const fields = new Map(Object.values(extraFlags).flat());
  for (const [flags, text] of fields) command.addOption(option(flags, text).hideHelp());
  addWaitingOptions(command);
  addSavingOptions(command);
  addConnectionOptions(command);
  command.addHelpText('after', details);
  const run = register(command, byCount, async () => (await import('../actions/rerun.ts')).runRerun);
  return command.action((task: string, prompt: string | undefined, flags: Record<string, unknown>) =>
    run({ task, prompt, flags, media, params }),
  );
}
