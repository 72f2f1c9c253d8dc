import { closeSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

/** A disk of its own, mounted for one test: in memory, and as small as the test wants it. */
export type SmallDisk = {
  directory: string;
  /** Leaves no byte free, or so many pages of 4 KiB. At once: it may be called while a request waits. */
  fill: (freePages?: number) => void;
  /** Gives back what `fill` took. */
  empty: () => void;
  /** Changes its size in bytes, or makes it read-only. */
  remount: (options: string) => Promise<void>;
};

const pageBytes = 4096;

/** Mounts a tmpfs. It goes when the test ends. */
export async function mountDisk(directory: string, bytes: number): Promise<SmallDisk> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await mount('-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'wan-test', directory);
  onTestFinished(async () => {
    await execa('umount', ['-l', directory], { reject: false });
  });
  const filler = path.join(directory, '.filler');
  return {
    directory,
    fill: (freePages = 0) => {
      const end = writeUntilFull(filler);
      truncateSync(filler, Math.max(0, end - freePages * pageBytes));
    },
    empty: () => {
      rmSync(filler);
    },
    remount: (options) => mount('-o', `remount,${options}`, directory),
  };
}

async function mount(...args: string[]): Promise<void> {
  const mounted = await execa('mount', args, { reject: false });
  if (mounted.exitCode === 0) return;
  throw new Error(`this test needs to mount a tmpfs, as root with CAP_SYS_ADMIN: ${mounted.stderr}`);
}

/** How many bytes it took. */
function writeUntilFull(file: string): number {
  const descriptor = openSync(file, 'w');
  const page = Buffer.alloc(pageBytes, 'x');
  let end = 0;
  try {
    for (;;) end += writeSync(descriptor, page);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    return end;
  } finally {
    closeSync(descriptor);
  }
}
