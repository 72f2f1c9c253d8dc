import { expect, test } from 'vitest';
import { runWan } from '../helpers/run-wan.ts';

// The catalogue as a user sees it: no key, no network.

type Row = { id: string; provider: string; modes: string[]; by_mode: Record<string, { inputs: object }> };

async function models(...args: string[]): Promise<Row[]> {
  const run = await runWan(['models', ...args, '--json']);
  expect(run.exitCode, run.stderr).toBe(0);
  const document = JSON.parse(run.stdout) as { schema: string; ok: boolean; models: Row[]; error: null };
  expect(document).toMatchObject({ schema: 'wan.models/1', ok: true, error: null });
  return document.models;
}

test('wan models --json lists every model of every provider', async () => {
  const rows = await models();
  expect(rows.length).toBeGreaterThan(40);
  expect(new Set(rows.map(({ provider }) => provider))).toEqual(
    new Set(['dashscope', 'acedata', 'sinancode']),
  );
  const modes = new Set(rows.flatMap((row) => row.modes));
  expect([...modes].toSorted((a, b) => a.localeCompare(b))).toEqual([
    'animate',
    'edit',
    'extend',
    'i2v',
    'kf2v',
    'r2v',
    's2v',
    't2v',
    'vace',
  ]);
});

test('by mode, provider and region', async () => {
  const rows = await models('--mode', 'kf2v', '--provider', 'dashscope', '--region', 'singapore');
  expect(rows.map(({ id }) => id)).toEqual([
    'wan3.0-video',
    'wan3.0-video-prime',
    'wan2.7-i2v',
    'wan2.1-kf2v-plus',
  ]);
});

test('one row whole, also by the id of a snapshot', async () => {
  const [row] = await models('wan2.7-i2v-2026-04-25');
  expect(row).toMatchObject({ id: 'wan2.7-i2v-2026-04-25', modes: ['i2v', 'kf2v', 'extend'], snapshots: [] });
  expect(Object.keys(row?.by_mode['extend']?.inputs ?? {})).toEqual(['first_clip', 'last_frame']);
  const run = await runWan(['models', 'wan2.7-i2v']);
  expect(run.stdout).toContain('--video: 1, mp4 mov, 240–4096 px a side');
});

test('a model that is none is a usage error', async () => {
  const run = await runWan(['models', 'wan2.6-i2']);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(/^hint: did you mean wan2\.6-i2v\? `wan models` lists them$/mu);
  expect((await runWan(['models', 'sora'])).stderr).toMatch(/^hint: `wan models` lists them$/mu);
});
