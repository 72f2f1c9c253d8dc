import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { expectRefusal, linesWith, recordsOf } from './bad-input-checks.ts';

const newer = { version: 99, id: '1NG0000000AA', something: 'else' };

/** What a state directory may come to hold by accident, by another version, or by a hand. */
async function litter({ stateDirectory }: Place): Promise<void> {
  const open = path.join(stateDirectory, 'open');
  const day = path.join(stateDirectory, 'done', '2026', '11', '20');
  await Promise.all([open, day].map((directory) => mkdir(directory, { recursive: true })));
  await Promise.all([
    writeFile(path.join(open, '1NG0000000AA.json'), JSON.stringify(newer)),
    writeFile(path.join(open, '1NG0000000AB.json'), 'not JSON \u001b[31m'),
    writeFile(path.join(open, '1NG0000000AC.json'), '{"version":1}'),
    writeFile(path.join(open, '1NG0000000AD.json'), 'null'),
    writeFile(path.join(open, '1NG0000000AE.json'), ''),
    writeFile(path.join(open, 'notes.txt'), 'hello'),
    writeFile(path.join(open, '..json'), '{}'),
    writeFile(path.join(open, '.wan-0123456789abcdef.tmp'), '{'),
    mkdir(path.join(open, '1NG0000000AF.json')),
    mkdir(path.join(stateDirectory, 'done', '2026', '99'), { recursive: true }),
    writeFile(path.join(stateDirectory, 'done', '1999'), 'a file'),
    writeFile(path.join(day, '1NG0000000AG.json'), '[]'),
    mkdir(path.join(stateDirectory, 'by-task'), { recursive: true }),
    writeFile(path.join(stateDirectory, 'wan-state'), ''),
  ]);
}

test('foreign and damaged records are left out of the list, with a note each, and set aside; a newer one stays', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const made = await runWan(['t2v', 'a fine one', '--no-wait', '--print', 'id'], { place, env: sandbox.env });
  const id = made.stdout.trim();
  await litter(place);
  const list = await runWan(['list'], { place });
  expect(list.exitCode, list.stderr).toBe(0);
  expect(list.stdout.split('\n')).toEqual([expect.stringContaining('a fine one'), '']);
  expect(list.stderr).toMatch(/^note: .*1NG0000000AA\.json was written by a newer wan.*left out$/mu);
  expect(linesWith(list.stderr, 'note: ').length).toBeGreaterThanOrEqual(6);
  expect(linesWith(list.stderr, 'error:')).toEqual([]);
  expect(list.stderr).not.toContain('\u001b');
  expect((await readdir(path.join(place.stateDirectory, 'set-aside'))).length).toBeGreaterThanOrEqual(7);
  const again = await runWan(['list'], { place });
  expect(again.stdout).toBe(list.stdout);
  expect(linesWith(again.stderr, 'note: ')).toEqual([expect.stringContaining('newer wan')]);

  const [status, json] = await Promise.all([
    runWan(['status', id], { place, env: sandbox.env }),
    runWan(['list', '--json'], { place }),
  ]);
  expect([0, 8], status.stderr).toContain(status.exitCode);
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, jobs: [{ id }] });
  const kept = await readFile(path.join(place.stateDirectory, 'open', '1NG0000000AA.json'), 'utf8');
  expect(JSON.parse(kept)).toEqual(newer);
});

test.each([
  ['1NG0000000AA', /newer wan/u, /npm install/u],
  ['1NG0000000AB', /AB\.json is damaged: it is not JSON/u, /wan list/u],
  ['1NG0000000AC', /AC\.json is damaged: not a job at id/u, /wan list/u],
  ['1NG0000000AD', /AD\.json is damaged/u, /wan list/u],
])('the record %s itself is a clear failure', async (id, error, hint) => {
  const place = await makePlace();
  await litter(place);
  expectRefusal(await runWan(['status', id], { place }), 1, error, hint);
});

test('a job that nobody knows', async () => {
  expectRefusal(await runWan(['status', '1NG0000000ZZ']), 11, /no record of a job/u, /wan list.*--task-id/u);
});

test.each([
  ['no JSON', '{"provider": "dashscope",,}', /not JSON/u],
  ['an unknown setting', '{"colour": "red"}', /damaged at/u],
  [
    'a value of another kind',
    '{"profiles": {"dashscope": {"provider": "dashscope", "key": 5}}}',
    /profiles\.dashscope\.key/u,
  ],
  ['a list', '[]', /damaged at the top/u],
  ['nothing', '', /not JSON/u],
])('settings that hold %s name their file, and nothing is sent', async (_name, text, error) => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const file = path.join(place.configDirectory, 'config.json');
  await mkdir(place.configDirectory);
  await writeFile(file, text);
  const run = await runWan(['t2v', 'a'], { place, env: sandbox.env });
  expectRefusal(run, 1, error, /mend or remove .*config\.json/u);
  expect(run.stderr).toContain(file);
  expect(sandbox.requests).toEqual([]);
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('settings that are a directory', async () => {
  const place = await makePlace();
  await mkdir(path.join(place.configDirectory, 'config.json'), { recursive: true });
  expectRefusal(
    await runWan(['config', 'list'], { place }),
    1,
    /config\.json: it is a directory, not a file/u,
    /mend or remove/u,
  );
});

test('download of an unfinished job says to wait, and leaves it open', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: notBeforePassed })]);
  const made = await runWan(['t2v', 'a', '--no-wait', '--print', 'id'], { place, env: sandbox.env });
  const id = made.stdout.trim();
  const run = await runWan(['download', id], { place, env: sandbox.env });
  expectRefusal(run, 8, /nothing to save yet/u, new RegExp(`wan wait ${id}`, 'u'));
  expect(await recordsOf(place, 'open')).toEqual([`${id}.json`]);
  expect(run.files).toEqual([]);
});
