import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * The text of a small file of ours. Never waits for a pipe; undefined when it is no plain file of at most `maxBytes`.
 * Throws the file system's error.
 */
export async function readPlainFile(file: string, maxBytes: number): Promise<string | undefined> {
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > maxBytes) return undefined;
    const buffer = Buffer.alloc(stats.size);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
