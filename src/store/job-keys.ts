import { createHash } from 'node:crypto';
import path from 'node:path';
import { errorCode } from '../core/error-code.ts';
import { WanError } from '../core/errors.ts';
import { parseJobId } from '../core/job-id.ts';
import { asText, at } from '../core/untrusted.ts';
import { createFileExclusive, makePrivateDirectory, writeFileAtomic } from './atomic-file.ts';
import { findOldSpellings, spellingsOf, spellKey } from './key-spelling.ts';
import { readPlainFile } from './plain-file.ts';
import { prepareStateDirectory } from './state-directory.ts';
import { stateError } from './state-error.ts';

/** Which job a key stands for, and what was asked under it. */
export type KeyClaim = {
  jobId: string;
  /** A hash of the request, by which another one under the same key is known. */
  request: string;
  /** Its record was written. Without one now, it is gone, and what it said of a send with it. */
  isRecorded?: boolean;
};

export type JobKeys = {
  /** Claims a key, atomically: of any number of processes all get the claim of one. @throws {WanError} */
  claim: (key: string, claim: KeyClaim) => Promise<KeyClaim>;
  find: (key: string) => Promise<KeyClaim | undefined>;
  /** Gives a key to another job. The caller holds the key's lock. */
  replace: (key: string, claim: KeyClaim) => Promise<void>;
  /** The name of the key's lock. */
  lockName: (key: string) => string;
};

/** Job keys, a file each, in `keys/` of the state directory. Spellings that look alike are one key. */
export function createJobKeys(stateDirectory: string): JobKeys {
  const directory = path.join(stateDirectory, 'keys');
  // A key is whatever a person likes; a file's name is not.
  const hash = (key: string) => createHash('sha256').update(key).digest('hex').slice(0, 32);
  const nameOf = (key: string) => `${hash(key)}.json`;
  const fileOf = (key: string) => path.join(directory, nameOf(spellKey(key)));
  const text = (key: string, { jobId, request, isRecorded = false }: KeyClaim) =>
    `${JSON.stringify({ schema: 1, key: spellKey(key), job_id: jobId, request, recorded: isRecorded })}\n`;

  /** Where a key's claim lies, under whatever spelling; undefined without one. */
  async function locate(key: string, keeps = false): Promise<{ file: string; content: string } | undefined> {
    try {
      const names = spellingsOf(key).map(nameOf);
      for (const name of names) {
        const file = path.join(directory, name);
        // oxlint-disable-next-line no-await-in-loop -- a few, and the first one that is there counts
        const content = await readPlainFile(file);
        if (content !== undefined) return { file, content: content ?? '' };
      }
      const name = (await findOldSpellings(directory, nameOf, { keeps })).get(spellKey(key));
      const file = name === undefined ? undefined : path.join(directory, name);
      const content = file === undefined ? undefined : await readPlainFile(file);
      return file === undefined || content === undefined ? undefined : { file, content: content ?? '' };
    } catch (error) {
      throw stateError('read job keys', directory, error);
    }
  }

  async function find(key: string, keeps = false): Promise<KeyClaim | undefined> {
    const found = await locate(key, keeps);
    if (found === undefined) return undefined;
    return (
      parse(found.content) ??
      // What it stood for may have been paid, so it is never just taken over.
      fail(`the job key file ${found.file} is damaged`, 'look at `wan list`, then move the file away')
    );
  }

  async function write(work: () => Promise<void>): Promise<void> {
    try {
      await prepareStateDirectory(stateDirectory);
      await makePrivateDirectory(directory);
      await work();
    } catch (error) {
      throw stateError('keep job keys', directory, error);
    }
  }

  return {
    claim: async (key, claim) => {
      await write(async () => {
        if ((await find(key, true)) !== undefined) return;
        await createFileExclusive(fileOf(key), text(key, claim)).catch((error: unknown) => {
          // Claimed by another before: its claim counts.
          if (errorCode(error) !== 'EEXIST') throw error;
        });
      });
      return (await find(key)) ?? claim;
    },
    find: (key) => find(key),
    replace: (key, claim) =>
      write(async () => writeFileAtomic((await locate(key))?.file ?? fileOf(key), text(key, claim))),
    lockName: (key) => `key-${hash(spellKey(key))}`,
  };
}

function parse(content: string): KeyClaim | undefined {
  try {
    const data: unknown = JSON.parse(content);
    const jobId = parseJobId(asText(at(data, 'job_id')) ?? '');
    const request = asText(at(data, 'request'));
    const isRecorded = at(data, 'recorded') === true;
    return jobId === undefined || request === undefined ? undefined : { jobId, request, isRecorded };
  } catch {
    return undefined;
  }
}

function fail(message: string, hint: string): never {
  throw new WanError(message, { hint });
}
