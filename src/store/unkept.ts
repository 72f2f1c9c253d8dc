import { createHmac, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { errorCode } from '../core/error-code.ts';
import { StateError } from '../core/errors.ts';
import type { JobStore } from './jobs.ts';
import type { Lock } from './lock.ts';

/**
 * Where nothing can be kept, keys are told apart for as long as the process lives: looking at a task and at a request
 * needs no more. Said once. What such a fingerprint was made for is never recorded: nobody would know the key again.
 */
export function fingerprintAnyway(
  jobs: Pick<JobStore, 'fingerprint' | 'save'>,
  notice: (message: string) => void,
): Pick<JobStore, 'fingerprint' | 'save'> {
  const secret = randomBytes(32);
  let failure: StateError | undefined;

  async function fingerprint(text: string): Promise<string> {
    try {
      if (failure === undefined) return await jobs.fingerprint(text);
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      failure = error;
      notice(`${error.message}; nothing of this command is remembered`);
    }
    return createHmac('sha256', secret).update(text).digest('hex').slice(0, 32);
  }

  return {
    fingerprint,
    save: async (job) => {
      if (failure !== undefined) throw failure;
      await jobs.save(job);
    },
  };
}

/** The lock of a task that has no record. Where nothing can be kept, nobody else can hold it either. */
export async function lockAnyway(jobs: Pick<JobStore, 'tryLock'>, name: string): Promise<Lock | undefined> {
  try {
    return await jobs.tryLock(name);
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    return { stillHeld: async () => true, isFresh: () => true, release: async () => {} };
  }
}

/**
 * Hands over the directory in which bytes for stdout wait until they are whole: one where the next run finds them.
 * Where nothing can be kept it is a private one that goes with this command, unless the failure says what lies there.
 */
export async function withStdoutDirectory<Result>(
  stateDirectory: string,
  work: (directory: string) => Promise<Result>,
): Promise<Result> {
  const usual = path.join(stateDirectory, 'stdout');
  if (await isUsable(usual)) return work(usual);
  const directory = await mkdtemp(path.join(tmpdir(), 'wan-stdout-'));
  let isNamed = false;
  try {
    return await work(directory);
  } catch (error) {
    isNamed = error instanceof Error && error.message.includes(directory);
    throw error;
  } finally {
    if (!isNamed) await rm(directory, { recursive: true, force: true }).catch(() => {});
  }
}

/** Makes no state directory where there is none: that one would be without its marker. */
async function isUsable(directory: string): Promise<boolean> {
  try {
    await mkdir(directory, 0o700).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
    await access(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
