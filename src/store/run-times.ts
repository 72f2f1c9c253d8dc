import path from 'node:path';
import * as z from 'zod';
import { writeFileAtomic } from './atomic-file.ts';
import { readPlainFile } from './plain-file.ts';
import { prepareStateDirectory } from './state-directory.ts';

/** What this user's own jobs took, in one small file. Losing it is harmless: it is learned anew. */
export type RunTimes = {
  /** Milliseconds, oldest first; none for a key that nothing is known of. Never throws. */
  find: (key: string) => Promise<readonly number[]>;
  /** Adds one. Never throws: a full disk is no reason for a finished job to fail. */
  learn: (key: string, ms: number) => Promise<void>;
};

/** The newest of one key: services grow faster and slower. */
const timesPerKey = 20;
const mostKeys = 300;
/** What that many keys need, many times over. */
const maxBytes = 1024 * 1024;

const schema = z.object({
  schema: z.literal(1),
  /** By when they were last added to, the oldest key first. */
  jobs: z.array(z.object({ key: z.string().max(500), ms: z.array(z.number().int().nonnegative()) })),
});
type Times = z.output<typeof schema>['jobs'];

export function createRunTimes(stateDirectory: string): RunTimes {
  const file = path.join(stateDirectory, 'run-times.json');
  // Jobs of one process that end together must not undo each other; of two processes the last one wins.
  let writing = Promise.resolve();
  return {
    find: async (key) => (await read(file)).find((entry) => entry.key === key)?.ms ?? [],
    learn: async (key, ms) => {
      writing = writing.then(async () => {
        try {
          const jobs = withTime(await read(file), key, Math.round(ms));
          await prepareStateDirectory(stateDirectory);
          await writeFileAtomic(file, `${JSON.stringify({ schema: 1, jobs })}\n`);
        } catch {
          // The next one may be kept.
        }
      });
      await writing;
    },
  };
}

function withTime(jobs: Times, key: string, ms: number): Times {
  const known = jobs.find((entry) => entry.key === key)?.ms ?? [];
  const others = jobs.filter((entry) => entry.key !== key);
  return [...others, { key, ms: [...known, ms].slice(-timesPerKey) }].slice(-mostKeys);
}

/** A file that is damaged, foreign or of a newer version counts as empty. */
async function read(file: string): Promise<Times> {
  try {
    const text = await readPlainFile(file, maxBytes);
    return text === undefined || text === null ? [] : schema.parse(JSON.parse(text)).jobs;
  } catch {
    return [];
  }
}
