import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { rudeServer, type RudeReply } from '../helpers/rude-server.ts';
import { makePlace, runWan } from '../helpers/run-wan.ts';
import { environmentFor } from '../helpers/sandbox.ts';
import { awkwardKey, expectNoKey } from './security-checks.ts';

const percent = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('');
const split = (between: string) => `${awkwardKey.slice(0, 9)}${between}${awkwardKey.slice(9)}`;

/** Each would be the key again once somebody undoes the writing, or once control characters are dropped. */
const spellings: [string, string][] = [
  ['with a bell in it', split('\u0007')],
  ['with a line end in it', split('\r\n')],
  ['with a space of no width in it', split('\u200b')],
  ['with a joiner and a mark in it', split('\u2060\ufeff')],
  ['with every letter encoded', percent(awkwardKey)],
  ['with every letter encoded, in capitals', percent(awkwardKey).toUpperCase()],
  ['with some letters encoded', awkwardKey.replace('-', '%2d').replace('w', '%77')],
  ['as basic authentication', Buffer.from(`user:${awkwardKey}`).toString('base64')],
  ['as a header in base64', Buffer.from(`Bearer ${awkwardKey}`).toString('base64url')],
];

const forms = [awkwardKey, ...spellings.map(([, text]) => text), split(''), split(' ')];

test.each(spellings)('a key %s stays inside, records and later commands included', async (_name, echo) => {
  const place = await makePlace();
  const accepted: RudeReply = { body: { output: { task_id: 't-1', task_status: 'PENDING' } } };
  const message = `the key ${echo} is bad`;
  const failed = { task_id: 't-1', task_status: 'FAILED', code: 'X', message };
  const service = await rudeServer([
    accepted,
    { body: { output: failed, request_id: 'r', usage: { [echo]: 1, note: echo } } },
  ]);
  const env = { ...environmentFor(service.origin), DASHSCOPE_API_KEY: awkwardKey };
  const run = await runWan(['t2v', 'a'], { place, env });
  expect(run.exitCode, run.stderr).toBe(9);
  await expectNoKey(run, awkwardKey);
  // These know no key at all: nothing may be left in the record.
  const later = await Promise.all([
    runWan(['show', '@last'], { place }),
    runWan(['show', '@last', '--json'], { place }),
    runWan(['list', '--json'], { place }),
  ]);
  for (const { stdout, stderr, exitCode } of [run, ...later]) {
    for (const form of forms) expect((stdout + stderr).includes(form), form).toBe(false);
    expect(stdout + stderr).not.toContain(JSON.stringify(echo).slice(1, -1));
    expect([0, 9]).toContain(exitCode);
  }
  expect(later[0]?.stdout).toContain('***');
});

test('list and show know keys that stand in the settings and in the SDK’s file', async () => {
  const place = await makePlace();
  const [stored, ofFile] = ['sk-stored-0123456789', 'sk-of-the-file-0123456789'];
  await mkdir(place.configDirectory, { recursive: true, mode: 0o700 });
  await writeFile(
    path.join(place.configDirectory, 'config.json'),
    JSON.stringify({ profiles: { cn: { provider: 'dashscope', key: stored } } }),
    { mode: 0o600 },
  );
  await mkdir(path.join(place.home, '.dashscope'));
  await writeFile(path.join(place.home, '.dashscope/api_key'), `export KEY="${ofFile}";\n`);
  const service = await rudeServer([{ body: { output: { task_id: 't-1', task_status: 'PENDING' } } }]);
  const prompt = `write ${stored} and ${ofFile} and ${awkwardKey} on a wall`;
  const env = environmentFor(service.origin);
  const made = await runWan(['t2v', prompt, '--no-wait'], { place, env });
  expect(made.exitCode, made.stderr).toBe(0);
  const options = { place, env: { ACEDATA_API_KEY: `"${awkwardKey}"` } };
  const runs = await Promise.all([
    runWan(['list'], options),
    runWan(['list', '--json'], options),
    runWan(['show', '@last'], options),
    runWan(['show', '@last', '--json'], options),
  ]);
  for (const { stdout, stderr } of runs) {
    expect(stdout).toContain('write *** and *** and *** on a wall');
    for (const key of [stored, ofFile, awkwardKey]) expect(stdout + stderr).not.toContain(key);
  }
});

test.each(['a##vso[task.prependpath]/tmp/evil', 'a##[error]x', 'x##VSO[task.complete]'])(
  'the task id %s is no command for a CI runner',
  async (id) => {
    const place = await makePlace();
    const service = await rudeServer([{ body: { output: { task_id: id }, request_id: `r${id}` } }]);
    const env = environmentFor(service.origin);
    const named = await runWan(['t2v', 'a', '--no-wait', '-o', 'v-{task_id}.mp4'], { place, env });
    expect(named.exitCode, named.stderr).toBe(0);
    const runs = [
      named,
      ...(await Promise.all([
        runWan(['list', '--json'], { place }),
        runWan(['show', '@last'], { place }),
        runWan(['show', '@last', '--json'], { place }),
        runWan(['show', '@last', '--print', 'task_id'], { place }),
      ])),
    ];
    for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toMatch(/##(?:\[|vso\[)/iu);
    expect(JSON.parse(runs[3]?.stdout ?? '')).toMatchObject({ job: { task_id: id } });
  },
);

test('a link’s fragment is no command either, and leads to the video in the documents', async () => {
  const place = await makePlace();
  const link = 'https://127.0.0.1:9/a.mp4?a=1##vso[task.prependpath]/tmp/evil##[error]';
  const output = { task_id: 't-1', task_status: 'SUCCEEDED', video_url: link };
  const service = await rudeServer([
    { body: { output: { task_id: 't-1', task_status: 'PENDING' } } },
    { body: { output, usage: { '##vso[task.x]': '##vso[task.x]' } } },
  ]);
  const env = environmentFor(service.origin);
  const made = await runWan(['t2v', 'a', '--no-wait', '-q'], { place, env });
  const runs = [
    made,
    await runWan(['status', '@last', '--json'], { place, env }),
    await runWan(['status', '@last', '--print', 'outputs.0.url'], { place, env }),
    await runWan(['status', '@last', '--print', 'usage'], { place, env }),
  ];
  for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toMatch(/##(?:\[|vso\[)/iu);
  expect(JSON.parse(runs[1]?.stdout ?? '')).toMatchObject({ job: { outputs: [{ url: link }] } });
  expect(runs[2]?.stdout.trim()).toBe(link.replaceAll('##', '#%23'));
});

test('the user’s own prompt is no command where it is shown, and is sent as it is', async () => {
  const place = await makePlace();
  const prompt = 'a wall with ##vso[task.complete]x and ::set-output name=a::b and ##[error]y';
  const service = await rudeServer([{ body: { output: { task_id: 't-1', task_status: 'PENDING' } } }]);
  const env = environmentFor(service.origin);
  const runs = [
    await runWan(['t2v', prompt, '--no-wait'], { place, env }),
    await runWan(['t2v', prompt, '--dry-run'], { place, env }),
    await runWan(['list'], { place }),
    await runWan(['show', '@last'], { place }),
    await runWan(['show', '@last', '--json'], { place }),
  ];
  expect(JSON.parse(service.requests[0]?.body ?? '')).toMatchObject({ input: { prompt } });
  for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toMatch(/##(?:\[|vso\[)/iu);
  for (const run of runs.slice(2, 3)) expect(run.stdout).not.toMatch(/::set-output[^:]*::/u);
  expect(JSON.parse(runs[4]?.stdout ?? '')).toMatchObject({ job: { request: { prompt } } });
});
