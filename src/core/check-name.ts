import type { MediaFacts } from './media-facts.ts';
import { mediaTypeOf } from './media-type.ts';
import type { Problem } from './problem.ts';

/** What an ending promises. Films of the two kinds are named after each other everywhere, and all players take both. */
const promises: Readonly<Record<string, { kind: MediaFacts['kind']; formats: readonly string[] }>> = {
  jpg: { kind: 'image', formats: ['jpeg'] },
  jpeg: { kind: 'image', formats: ['jpeg'] },
  png: { kind: 'image', formats: ['png'] },
  bmp: { kind: 'image', formats: ['bmp'] },
  webp: { kind: 'image', formats: ['webp'] },
  gif: { kind: 'image', formats: ['gif'] },
  tif: { kind: 'image', formats: ['tiff'] },
  tiff: { kind: 'image', formats: ['tiff'] },
  mp4: { kind: 'video', formats: ['mp4', 'mov'] },
  mov: { kind: 'video', formats: ['mp4', 'mov'] },
  avi: { kind: 'video', formats: ['avi'] },
  wav: { kind: 'audio', formats: ['wav'] },
  mp3: { kind: 'audio', formats: ['mp3'] },
};

/**
 * A file whose ending names another format of its own kind: a slip that some service will stumble over. That it is of
 * another kind altogether is told where its use is known.
 * @param path as it may be shown
 */
export function checkName(facts: MediaFacts, path: string): Problem | undefined {
  const ending = /\.([a-z0-9]{1,8})$/iu.exec(path)?.[1]?.toLowerCase() ?? '';
  const promise = Object.hasOwn(promises, ending) ? promises[ending] : undefined;
  if (promise === undefined || promise.kind !== facts.kind || promise.formats.includes(facts.format)) {
    return undefined;
  }
  const { extension } = mediaTypeOf(facts, path);
  return {
    message: `${path} is a ${facts.format.toUpperCase()} file, whatever its name says`,
    hint: `name it so: mv ${path} ${path.slice(0, -ending.length)}${extension}`,
  };
}
