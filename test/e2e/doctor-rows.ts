import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Place, WanRun } from '../helpers/run-wan.ts';

/** A check as the document shows it. */
export type Row = {
  name: string;
  status: string;
  message: string;
  hint: string | null;
  exit_code: number | null;
  details: Record<string, unknown>;
};
/** The document of `wan doctor --json`. */
export type Document = {
  schema: string;
  ok: boolean;
  doctor: { checks: Row[] };
  error: { exit_code: number } | null;
};

/** Checks that are always there: before those of keys, and after them. */
export const machine = ['node', 'wan', 'path', 'proxy', 'settings', 'state'];
export const last = ['clock', 'output', 'ffmpeg'];

export function documentOf(run: WanRun): Document {
  return JSON.parse(run.stdout) as Document;
}

export function rowOf(run: WanRun, name: string): Row | undefined {
  return documentOf(run).doctor.checks.find((row) => row.name === name);
}

/** The lines of people's output, without what stands behind the name. */
export function headsOf(run: WanRun): string[] {
  return run.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ +/u).slice(0, 2).join(' '));
}

/** A directory for PATH, with these scripts in it. */
export async function programs(place: Place, name: string, scripts: Record<string, string>): Promise<string> {
  const directory = path.join(place.root, name);
  await mkdir(directory);
  for (const [file, text] of Object.entries(scripts)) {
    await writeFile(path.join(directory, file), text, { mode: 0o755 });
  }
  return directory;
}
