import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import type { TypedMedia } from '../cli/media-flags.ts';
import {
  addConnectionOptions,
  addGenerationOptions,
  addMediaOptions,
  addSavingOptions,
  addWaitingOptions,
} from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { byCount } from '../cli/subject.ts';
import { modes, type Mode } from '../core/mode.ts';

/** Each command that makes a video: what it does in a line, and how it is typed. */
const manual: Readonly<Record<Mode, readonly [summary: string, ...examples: string[]]>> = {
  t2v: ['Make a video from text', 'wan t2v "A kitten running in the moonlight" --size 1280x720 -d 5'],
  i2v: [
    'Make a video from its first frame',
    'wan i2v "She turns and smiles" --image portrait.png --resolution 720P',
  ],
  kf2v: [
    'Make the transition between two frames',
    'wan kf2v "The bud opens" --first-frame bud.png --last-frame flower.png',
  ],
  r2v: [
    'Make a video with the characters of images or clips',
    'wan r2v "character1 waves at character2" --ref anna.png --ref ben.mp4',
    'wan r2v "Image 1 greets Video 1" -m wan2.7-r2v --ref anna.png --ref-voice anna.mp3 --ref ben.mp4',
  ],
  vace: [
    'Repaint, edit, extend or outpaint a clip, or make one from images',
    'wan vace image-reference "A girl in a wood" --ref girl.png --ref wood.png --obj-or-bg obj,bg',
    'wan vace video-repainting "Clay style" --video clip.mp4 --control-condition depth',
    'wan vace video-outpainting "An orchestra" --video violin.mp4 --left-scale 1.5 --right-scale 1.5',
  ],
  edit: ['Edit a clip by saying what to change', 'wan edit "Make it snow" --video street.mp4'],
  extend: ['Continue a clip', 'wan extend "She walks on into the wood" --video walk.mp4 -d 10'],
  animate: [
    'Give the person in a picture the motion of a clip',
    'wan animate --image anna.png --video dance.mp4',
    'wan animate -m wan2.2-animate-mix --image anna.png --video dance.mp4 --quality pro',
  ],
  s2v: [
    'Make the person in a picture speak',
    'wan s2v --image anna.png --audio-url hello.mp3',
    'wan s2v -m videoretalk --video anna.mp4 --audio-url hello.mp3',
  ],
};

const vaceHelp = `
Functions:
  image-reference    make a clip from 1–3 images (--ref, --obj-or-bg)
  video-repainting   paint a clip anew, its motion kept (--video, --control-condition)
  video-edit         change the marked part of a clip (--video, --mask-image or --mask-video)
  video-extension    make a clip of a first or last frame or piece (--first-frame, --first-clip, …)
  video-outpainting  show more around a clip (--video, --left-scale, …)

What --control-condition keeps of a clip:
  posebodyface       how bodies move, and faces with their expressions
  posebody           how bodies move; faces are free
  depth              how things stand in the room and move through it
  scribble           the outlines of everything`;

/** What all of them have in common; they differ in the inputs and the fields they take. */
function generationCommand(mode: Mode, register: Register): Command {
  const [summary, ...examples] = manual[mode];
  const media: TypedMedia[] = [];
  const params: string[] = [];
  const command = newCommand(mode, summary);
  if (mode === 'vace') {
    // Not required to the parser, so that leaving it out is answered with the list.
    command.argument(
      '[function]',
      'image-reference, video-repainting, video-edit, video-extension or video-outpainting',
    );
    command.usage('[options] <function> [prompt]').addHelpText('after', vaceHelp);
  }
  const hasPrompt = mode !== 'animate' && mode !== 's2v';
  if (hasPrompt) command.argument('[prompt]', 'what to show; - reads stdin, @file a file');
  addMediaOptions(command, mode, media);
  addGenerationOptions(command, mode, params);
  addWaitingOptions(command);
  addSavingOptions(command);
  addConnectionOptions(command);
  command.addHelpText(
    'after',
    `\nExample${examples.length === 1 ? '' : 's'}:\n${examples.map((line) => `  ${line}`).join('\n')}`,
  );
  const run = register(command, byCount, async () => (await import('../actions/generate.ts')).runGenerate);
  return command.action((...typed: unknown[]) => {
    const words = typed.slice(0, command.registeredArguments.length) as (string | undefined)[];
    const vaceFunction = mode === 'vace' ? words[0] : undefined;
    const prompt = hasPrompt ? words.at(-1) : undefined;
    return run({ mode, vaceFunction, prompt, flags: command.opts(), media, params });
  });
}

/** The commands that make a video, by mode. */
export const generationCommands = Object.fromEntries(
  modes.map((mode) => [mode, (register: Register) => generationCommand(mode, register)]),
) as Record<Mode, (register: Register) => Command>;
