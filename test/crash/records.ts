import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { listFiles } from '../helpers/run-wan.ts';
import type { World } from './world.ts';

/** A job's record, as far as the checks look. */
export type Record = {
  id: string;
  status: string;
  task_id: string | null;
  sent_at: string | null;
  request: { prompt?: string } | null;
  outputs: { path: string | null; sha256: string | null }[];
  /** Where it lies. */
  folders: ('open' | 'done')[];
};

/** Every record on disk. One that is in both places counts as finished, as it does for the program. */
export async function recordsIn(world: World): Promise<Record[]> {
  const directory = world.place.stateDirectory;
  const files = (await listFiles(directory)).filter((file) => /^(?:open|done)\/.*\w{12}\.json$/u.test(file));
  const found = new Map<string, Record>();
  for (const file of files.toSorted()) {
    const text = await readFile(path.join(directory, file), 'utf8');
    const record = JSON.parse(text) as Record;
    const folder = file.startsWith('done/') ? 'done' : 'open';
    const elsewhere = found.get(record.id);
    found.set(record.id, { ...record, ...elsewhere, folders: [...(elsewhere?.folders ?? []), folder] });
  }
  return [...found.values()];
}

/** Files that a finished run leaves to nobody: half-made ones, and what belongs to an unfinished download. */
export async function debrisIn(directory: string): Promise<string[]> {
  return (await listFiles(directory)).filter((file) => /\.(?:part|part\.json|tmp)$/u.test(file));
}

/** The stretches of bytes that the record of each unfinished download vouches for, by the task's id. */
export async function keptBytes(world: World): Promise<Map<string, readonly [first: number, end: number][]>> {
  const files = (await listFiles(world.place.cwd)).filter((file) => file.endsWith('.part.json'));
  const kept = await Promise.all(
    files.map(async (file): Promise<readonly [string, readonly [number, number][]]> => {
      const text = await readFile(path.join(world.place.cwd, file), 'utf8');
      // A claim that was cut off vouches for nothing.
      if (!text.endsWith('}\n')) return ['nobody', []];
      const { owner, ranges } = JSON.parse(text) as { owner: string; ranges: [number, number][] };
      return [owner, ranges];
    }),
  );
  return new Map(kept);
}

export async function sha256Of(file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes === undefined ? undefined : createHash('sha256').update(bytes).digest('hex');
}
