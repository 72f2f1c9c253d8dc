import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { requirePlain } from './plain-file.ts';

/** True when the file at this path is the very one: same length, same sha256. Never throws. */
export async function isSameFile(
  path: string,
  known: { bytes: number | null; sha256: string | null } | undefined,
): Promise<boolean> {
  if (known?.sha256 === undefined || known.sha256 === null) return false;
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size !== known.bytes) return false;
    return (await hashFile(path)) === known.sha256;
  } catch {
    return false;
  }
}

/** The sha256 of a file, in hexadecimal. Throws the file system's error; never waits for a pipe. */
export async function hashFile(path: string): Promise<string> {
  requirePlain(await stat(path));
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
