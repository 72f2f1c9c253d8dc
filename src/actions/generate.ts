import type { Context } from '../cli/context.ts';
import { readFlags, videoShape } from '../cli/flags.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench } from '../cli/workbench.ts';
import { makeVideos } from './make-videos.ts';
import { readWish, splitFlags, type GenerateInput } from './read-wish.ts';

/** Every command that makes a video. */
export async function runGenerate(context: Context, talk: Talk, input: GenerateInput): Promise<number> {
  const { extras, plain } = splitFlags(input);
  const flags = readFlags(videoShape, plain);
  const wish = await readWish(context, input, flags, extras);
  const bench = await openWorkbench(context, talk);
  try {
    return await makeVideos(context, talk, bench, { wish, flags });
  } finally {
    await bench.close();
  }
}
