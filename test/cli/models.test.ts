import { expect, test } from 'vitest';
import { allModels } from '../../src/catalog/index.ts';
import { modes } from '../../src/core/mode.ts';
import { modesOf } from '../../src/core/model.ts';
import { hasFlag } from '../catalog/command-line.ts';
import { documentOf, runInProcess } from '../helpers/in-process.ts';

type Row = Record<string, unknown> & {
  id: string;
  provider: string;
  modes: string[];
  regions: string[] | null;
};

async function models(...words: string[]): Promise<Row[]> {
  const run = await runInProcess(['models', ...words, '--json']);
  expect(run.exitCode, run.stdout).toBe(0);
  return documentOf(run)['models'] as Row[];
}

const shown = (rows: readonly { provider: string; id: string }[]) =>
  rows.map(({ provider, id }) => `${provider} ${id}`);

test('the document holds every row once, in every key', async () => {
  const rows = await models();
  expect(shown(rows)).toEqual(shown(allModels));
  const keys = Object.keys(rows[0] ?? {});
  expect(keys).toEqual(expect.arrayContaining(['id', 'provider', 'modes', 'regions', 'by_mode', 'checked']));
  for (const row of rows) expect(Object.keys(row)).toEqual(keys);
});

test.each([
  [
    ['--mode', 'vace'],
    ['wan2.1-vace-plus', 'wanx2.1-vace-plus'],
  ],
  [['--mode', 'kf2v', '--provider', 'sinancode'], ['wan2.2-kf2v-flash']],
  [
    ['--region', 'tokyo'],
    ['wan3.0-video', 'wan3.0-video-prime'],
  ],
  [
    ['--region', 'virginia', '--mode', 'r2v'],
    ['wan2.6-r2v', 'wan3.0-video', 'wan3.0-video-prime'],
  ],
  [['--provider', 'acedata', '--mode', 's2v'], []],
])('wan models %j shows %j', async (words, ids) => {
  expect((await models(...words)).map(({ id }) => id).toSorted()).toEqual(ids);
});

test('an id shows its row at each provider, a snapshot that of its base', async () => {
  expect(shown(await models('wan3.0-video'))).toEqual(['dashscope wan3.0-video', 'acedata wan3.0-video']);
  const [row] = await models('wan2.7-i2v-2026-04-25');
  expect(row).toMatchObject({
    id: 'wan2.7-i2v-2026-04-25',
    modes: ['i2v', 'kf2v', 'extend'],
    prompt_max: 5000,
    by_mode: {
      i2v: { resolutions: ['720P', '1080P'], durations: { min: 2, max: 15, default: 5 }, audio: 'always' },
      extend: { inputs: { first_clip: { min: 1, max: 1 }, last_frame: { min: 0, max: 1 } } },
    },
  });
});

test('vace is shown by function', async () => {
  const [row] = await models('wan2.1-vace-plus');
  expect(row?.['by_mode']).toMatchObject({
    'vace video-repainting': { takes: expect.arrayContaining(['--control-condition', '--strength']) },
    'vace image-reference': { inputs: { reference_image: { min: 1, max: 3 } } },
    extend: { inputs: { first_clip: { min: 1, max: 1 } } },
  });
});

test.each(allModels.map(({ provider, id }) => [provider, id] as const))(
  'every flag that %s %s is said to take is one of its command',
  async (provider, id) => {
    const [row] = await models(id, '--provider', provider);
    for (const [name, task] of Object.entries(row?.['by_mode'] as Record<string, { takes: string[] }>)) {
      const mode = modes.find((candidate) => name.split(' ')[0] === candidate) ?? 't2v';
      expect(task.takes.filter((flag) => !hasFlag(mode, flag))).toEqual([]);
    }
  },
);

test('every mode of every row stands in a table of its own, the defaults marked', async () => {
  const { stdout, exitCode } = await runInProcess(['models']);
  expect(exitCode).toBe(0);
  const tables = new Map(
    stdout.split('\n\n').map((table) => [/^\w+/u.exec(table)?.[0], table.split('\n').slice(2)] as const),
  );
  for (const model of allModels) {
    for (const mode of modesOf(model)) {
      const line = tables
        .get(mode)
        ?.find((text) => new RegExp(`^  ${model.id}(?: \\*)? +${model.provider} `, 'u').test(text));
      expect(line, `${model.id} ${mode}`).toBeDefined();
    }
  }
  const defaults = (mode: string) =>
    (tables.get(mode) ?? []).filter((line) => line.includes(' * ')).map((line) => line.trim().split(' ')[0]);
  expect(defaults('t2v')).toEqual(['wan2.6-t2v', 'wan2.6-t2v']);
  expect(new Set(defaults('vace'))).toEqual(new Set(['wan2.1-vace-plus', 'wanx2.1-vace-plus']));
  expect(defaults('edit')).toEqual(['wan2.7-videoedit', 'wan3.0-video']);
});

test.each(allModels.map(({ provider, id }) => [provider, id] as const))(
  'wan models %s %s is a page',
  async (provider, id) => {
    const { stdout, exitCode } = await runInProcess(['models', id, '--provider', provider]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^model +${id} at ${provider}$`, 'mu'));
    expect(stdout).not.toMatch(/undefined|NaN|\[object|null/u);
  },
);

test.each([
  [['models', 'wan9'], '`wan models` lists them'],
  [['models', '--mode', 't3v'], '--mode t2v, i2v, kf2v, r2v, vace, edit, extend, animate, s2v'],
  [['models', '--region', 'mars'], '--region beijing | singapore | virginia | frankfurt | hongkong | tokyo'],
])('wan %j is a usage error', async (argv, hint) => {
  const run = await runInProcess([...argv, '--json']);
  expect(run.exitCode).toBe(2);
  expect(documentOf(run)).toMatchObject({ schema: 'wan.models/1', ok: false, error: { hint } });
});
