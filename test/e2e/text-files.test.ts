import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { encodings, unmarkedEncodings } from '../helpers/encodings.ts';
import { documentOf, runInProcess } from '../helpers/in-process.ts';
import { rudeServer } from '../helpers/rude-server.ts';
import { makePlace, runWan } from '../helpers/run-wan.ts';
import { environmentFor } from '../helpers/sandbox.ts';

const all = Object.entries({ ...encodings, ...unmarkedEncodings });
const dry = ['--dry-run', '--json'];

test.each(all)('.env, settings and prompts in %s', async (_name, encode) => {
  const place = await makePlace();
  const lines = 'WAN_PROVIDER=acedata\nACEDATACLOUD_API_TOKEN="ace-of-the-file"\n';
  const settings = JSON.stringify({ out_dir: 'films', profiles: { acedata: { provider: 'acedata' } } });
  await mkdir(place.configDirectory, { mode: 0o700 });
  const config = path.join(place.configDirectory, 'config.json');
  await Promise.all([
    writeFile(path.join(place.cwd, 'x.env'), encode(lines)),
    writeFile(path.join(place.cwd, 'prompt.txt'), encode('A kitten, a lighthouse, a storm\n')),
    writeFile(config, encode(settings), { mode: 0o600 }),
  ]);
  const none = { WAN_PROVIDER: undefined, DASHSCOPE_API_KEY: undefined, SINANCODE_API_KEY: undefined };
  const runs = await Promise.all([
    runInProcess(['t2v', '@prompt.txt', '--env-file', 'x.env', ...dry], none, { place }),
    runInProcess(['t2v', '--prompt-file', 'prompt.txt', '--env-file', 'x.env', ...dry], none, { place }),
  ]);
  for (const run of runs) {
    expect(run.exitCode, run.stderr).toBe(0);
    expect(documentOf(run)).toMatchObject({
      dry_run: { provider: 'acedata', body: { prompt: 'A kitten, a lighthouse, a storm' } },
    });
  }
  const got = await runInProcess(['config', 'get', 'out_dir'], {}, { place });
  expect(got.stdout).toBe('films\n');
  const set = await runInProcess(['config', 'set', 'timeout', '5m'], {}, { place });
  expect(set.exitCode, set.stderr).toBe(0);
  expect(JSON.parse(await readFile(config, 'utf8'))).toMatchObject({ out_dir: 'films', timeout: '5m' });
});

test.each(all)('a prompt from stdin, a key file, a fault plan in %s', async (_name, encode) => {
  const place = await makePlace();
  const service = await rudeServer([{ body: { output: { task_id: 't-1', task_status: 'PENDING' } } }]);
  const keyFile = path.join(place.home, 'key.txt');
  await writeFile(keyFile, encode('export DASHSCOPE_API_KEY="sk-of-the-file-01";\r\n'));
  const env = { ...environmentFor(service.origin), DASHSCOPE_API_KEY: undefined };
  const run = await runWan(['t2v', '-', '--no-wait'], {
    place,
    env: { ...env, DASHSCOPE_API_KEY_FILE_PATH: keyFile },
    input: encode('A kitten and a lighthouse\n'),
  });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(service.requests[0]?.headers['authorization']).toBe('Bearer sk-of-the-file-01');
  expect(JSON.parse(service.requests[0]?.body ?? '')).toMatchObject({
    input: { prompt: 'A kitten and a lighthouse' },
  });
  await writeFile(
    path.join(place.cwd, 'plan.json'),
    encode('[{ "on": "query", "times": 1, "status": 503 }]'),
  );
  const sandbox = await runWan(['sandbox', '--faults', 'plan.json', '--', 'true'], { place });
  expect(sandbox.exitCode, sandbox.stderr).toBe(0);
});

test.each([
  ['an environment file', ['t2v', 'a', '--env-file', 'wide.txt', ...dry]],
  ['a prompt', ['t2v', '@wide.txt', ...dry]],
  ['a fault plan', ['sandbox', '--faults', 'wide.txt', '--', 'true']],
])('%s in another encoding is named', async (_name, args) => {
  const place = await makePlace();
  const wide = Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]);
  await writeFile(path.join(place.cwd, 'wide.txt'), wide);
  const run = await runInProcess(args, {}, { place });
  expect(run.exitCode).toBe(2);
  expect(run.stdout + run.stderr).toMatch(/wide\.txt.*UTF-8/u);
});
