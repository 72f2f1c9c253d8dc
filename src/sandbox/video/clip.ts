import type { ClipSpec } from './clip-spec.ts';
import { encodeLoop, FRAMES_PER_SECOND } from './h264-loop.ts';
import { writeMp4 } from './mp4-file.ts';
import { picturesOf } from './scene.ts';
import { encodeSound } from './sound.ts';

/**
 * Makes a playable H.264 MP4 of 30 frames per second: the same spec gives the same bytes. Pure computation of about
 * half a second; run it off the main thread. The title is shown (shortened to what fits) and kept whole in the
 * file's title tag.
 */
export async function renderClip(spec: ClipSpec): Promise<Uint8Array<ArrayBuffer>> {
  checkSpec(spec);
  // One second is encoded and its packets are repeated: encoding every frame would take ten times as long.
  const count = FRAMES_PER_SECOND;
  const frames = Math.round(spec.seconds * FRAMES_PER_SECOND);
  const [sound, loop] = await Promise.all([
    spec.sound ? encodeSound(frames / FRAMES_PER_SECOND) : undefined,
    encodeLoop(picturesOf(spec, count), { width: spec.width, height: spec.height, count }),
  ]);
  return writeMp4(loop, frames, sound, plainTitle(spec.title));
}

function checkSpec({ width, height, seconds }: ClipSpec): void {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side % 2 !== 0 || side < 64 || side > 4_096) {
      throw new RangeError(`a clip's sides are even numbers from 64 to 4096, not ${width}x${height}`);
    }
  }
  if (!(seconds >= 1 && seconds <= 60)) throw new RangeError(`a clip has 1 to 60 seconds, not ${seconds}`);
}

/** The whole title without what could steer the terminal that prints the tag; line breaks stay. */
function plainTitle(title: string): string {
  return title.replaceAll(/[^\P{Cc}\n\t]|\p{Cs}/gu, ' ').trim();
}
