import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { MediaRole } from '../../src/core/media-rule.ts';
import { pngFile, wavFile } from '../media/probe-files.ts';
import { listFiles, type Place } from './run-wan.ts';
import { renderClip } from './sandbox.ts';

/** A file of each kind that every model accepts, in a place's working directory. */
export async function makeLocalFiles(place: Place): Promise<(role: MediaRole) => string> {
  const clip = await readFile(
    await renderClip({ width: 480, height: 360, seconds: 2, sound: true, title: 'in' }),
  );
  const files = {
    'picture.png': pngFile(640, 480),
    // As large as the clip.
    'mask.png': pngFile(480, 360),
    'clip.mp4': clip,
    'sound.wav': wavFile(4),
    'notes.txt': Buffer.from('What the video is about.\n'),
  };
  await Promise.all(
    Object.entries(files).map(([name, bytes]) => writeFile(path.join(place.cwd, name), bytes)),
  );
  return (role) => {
    if (/audio|voice/u.test(role)) return 'sound.wav';
    if (/clip|video/u.test(role)) return 'clip.mp4';
    if (role === 'mask_image') return 'mask.png';
    return role === 'file' ? 'notes.txt' : 'picture.png';
  };
}

/** The hashes of every file below a directory: what a service has received. */
export async function hashesBelow(directory: string): Promise<Set<string>> {
  const files = (await listFiles(directory)).filter((file) => !file.endsWith('/'));
  const hashes = await Promise.all(files.map(async (file) => hashOf(path.join(directory, file))));
  return new Set(hashes);
}

export async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
