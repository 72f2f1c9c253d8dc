import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from './atomic-file.ts';
import { errorCode } from '../core/error-code.ts';
import { noFollow } from './plain-file.ts';

// A claim says in a file who wants or has a lock, for processes that cannot see its socket. Every claim has a name
// of its own that is never used again: so each process only ever writes its own, and removing a dead one can never
// hit a living one, however long the remover was stopped between deciding and doing.
//
// First line: who. Each further line: the monotonic time of a beat. Beats are appended, because that neither shows a
// reader half a claim nor brings back a claim that another process has removed.

const claimSchema = z.object({
  nonce: z.string().min(1),
  pid: z.number(),
  boot: z.string().nullable(),
  space: z.string().nullable(),
  /** The owner's socket, where it has one. */
  socket: z.string().nullable(),
  /** Where it has none: when the owner was started. */
  processStart: z.string().nullable(),
  startedMs: z.number(),
});

export type Claim = z.infer<typeof claimSchema>;

/** A claim file as found. Times in milliseconds: the beat by the monotonic clock, the change by the wall clock. */
export type FoundClaim = {
  path: string;
  /** Undefined: the file is damaged. */
  claim: Claim | undefined;
  beatMs: number;
  changedMs: number;
};

export function newNonce(): string {
  return randomBytes(8).toString('hex');
}

/** Writes a new claim, whole or not at all. Resolves to its path. */
export async function writeClaim(directory: string, name: string, claim: Claim): Promise<string> {
  const path = join(directory, `${name}.${claim.nonce}.claim`);
  await writeFileAtomic(path, `${JSON.stringify(claim)}\n`);
  return path;
}

/** Adds a beat to a claim. False when the claim is gone: somebody found its owner dead. */
export async function writeBeat(path: string, beatMs: number): Promise<boolean> {
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_APPEND | noFollow); // never creates
    try {
      // Its own line even after a beat that a full disk cut short.
      await file.writeFile(`\n${beatMs}\n`);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Every claim on a lock. None where there is no directory yet. */
export async function readClaims(directory: string, name: string): Promise<FoundClaim[]> {
  const files = await readdir(directory).catch((error: unknown) => {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  });
  const mine = files.filter((file) => file.startsWith(`${name}.`) && file.endsWith('.claim'));
  const found = await Promise.all(mine.map((file) => readClaim(join(directory, file))));
  return found.filter((claim) => claim !== undefined);
}

/** Removes a claim; one that is gone already is fine, and so is a damaged one that cannot be removed. */
export async function removeClaim(path: string, { damaged = false } = {}): Promise<void> {
  if (damaged) return rm(path, { force: true }).catch(() => {});
  await unlink(path).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
  });
}

async function readClaim(path: string): Promise<FoundClaim | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const text = await file.readFile('utf8');
      const { mtimeMs } = await file.stat();
      return { path, ...parse(text), changedMs: mtimeMs };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'EISDIR' || code === 'ELOOP' || code === 'ENXIO')
      return { path, claim: undefined, beatMs: 0, changedMs: 0 };
    throw error;
  }
}

function parse(text: string): { claim: Claim | undefined; beatMs: number } {
  const [head = '', ...beats] = text.split('\n').slice(0, -1); // after the last line end: nothing, or half a beat
  const { data: claim } = claimSchema.safeParse(json(head));
  const beat = beats.findLast((line) => line !== '');
  return { claim, beatMs: Number(beat ?? claim?.startedMs) };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
