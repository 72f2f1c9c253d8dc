import type { FilmFacts } from './film.ts';

/** Reads the main header of an AVI file (RIFF, `avih`); undefined for anything else. */
export function readAvi(head: Buffer): FilmFacts | undefined {
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'AVI ') return undefined;
  const at = head.indexOf('avih', 12, 'latin1') + 8;
  if (at < 8 || at + 40 > head.length) return undefined;
  const microsecondsPerFrame = head.readUInt32LE(at);
  const frames = head.readUInt32LE(at + 16);
  if (microsecondsPerFrame === 0 || frames === 0) return undefined;
  return {
    format: 'avi',
    seconds: (frames * microsecondsPerFrame) / 1e6,
    size: { width: head.readUInt32LE(at + 32), height: head.readUInt32LE(at + 36) },
    rate: 1e6 / microsecondsPerFrame,
  };
}
