import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { textWidth } from '../../src/core/text-width.ts';
import { createJobStore } from '../../src/store/jobs.ts';
import { runOnTerminal } from '../helpers/on-terminal.ts';
import { makePlace, runWan } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { jobFrom } from '../store/job-world.ts';

const prompt = 'a paper boat on a river that is 很长很长的河 and very long, too';
const request = { mode: 't2v' as const, model: 'wan2.6-t2v', prompt, media: [] };
const error = {
  class: 'generation_failed' as const,
  code: 'InternalError.Algo',
  message: 'the model could not make it, and the service says so at some length here',
  hint: 'wan rerun, perhaps with another prompt that is not as long as this one',
  retryable: false,
  exit_code: 9,
  request_id: null,
};

async function placeWithJobs() {
  const place = await makePlace();
  const store = createJobStore(place.stateDirectory, () => {});
  const failed = jobFrom(0, { status: 'failed', request, error, region: 'sandbox' });
  await store.save(failed);
  await store.save(jobFrom(60_000, { status: 'running', request }));
  return { place, failed };
}

describe.each([40, 60, 80, 120])('%i columns', (columns) => {
  test.each([
    ['--help'],
    ['t2v', '--help'],
    ['vace', '--help'],
    ['rerun', '--help'],
    ['sandbox', '--help'],
    ['cancel', '--help'],
    ['list'],
    ['show'],
    ['models'],
    ['models', 'wan2.6-r2v'],
    ['doctor', '--sandbox'],
    ['auth', 'status', '--region', 'singapore'],
    ['status', '@last'],
    ['t2v', 'a', '--resolution', '540P', '--sandbox', '-m', 'wan2.6-t2v'],
  ])('wan %s %s fits, words whole', async (...words) => {
    const { place, failed } = await placeWithJobs();
    const args = words.filter((word) => word !== undefined);
    const run = await runOnTerminal(args[0] === 'show' ? ['show', failed.id] : args, {
      place,
      columns,
      rows: 1000,
      env: { NO_COLOR: '1' },
    });
    expect(run.text).not.toContain('\u001b');
    expect(run.lines.length).toBeGreaterThan(1);
    for (const line of run.lines) {
      // A path or an id that is wider than the terminal stays whole, and so does what is for pasting.
      if (/^\s*\S+$/u.test(line) || /^ {2}wan t2v '/u.test(line)) continue;
      expect(textWidth(line), line).toBeLessThanOrEqual(columns);
    }
    const plain = await runWan(args[0] === 'show' ? ['show', failed.id] : args, { place });
    const known = new Set((plain.stdout + plain.stderr).split(/\s+/u));
    const isCut = args[0] === 'list' || args[0] === 'models';
    for (const word of isCut ? [] : run.text.split(/\s+/u)) {
      if (/\p{Script=Han}|\d/u.test(word)) continue;
      expect(known, word).toContain(word);
    }
  });
});

test('why a job failed is told in colour, or without any', async () => {
  const { place, failed } = await placeWithJobs();
  const colored = await runOnTerminal(['list'], { place });
  expect(colored.text).toMatch(new RegExp(`${failed.id}  \u001b\\[31mfailed +\u001b\\[39m  sandbox`, 'u'));
  expect(colored.text).toContain('\u001b[31m  InternalError.Algo: the model could not make it');
  for (const env of [{ NO_COLOR: '1' }, { NO_COLOR: '1', FORCE_COLOR: '1' }]) {
    expect((await runOnTerminal(['list'], { place, env })).text).not.toContain('\u001b');
  }
});

test.each([
  [{}, true],
  [{ NO_COLOR: '1' }, false],
  [{ FORCE_COLOR: '0' }, false],
])('a run with %o: the spinner, and what it brought', async (env, isColored) => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: 900 })]);
  const args = ['t2v', 'a', '-d', '2', '--size', '1280x720', '--seed', '7', '-o', 'a.mp4'];
  const run = await runOnTerminal(args, { place, columns: 120, env: { ...sandbox.env, ...env } });
  expect(run.exitCode, run.text).toBe(0);
  expect(run.text).toContain('\u001b[?25l');
  // oxlint-disable-next-line no-control-regex -- these are the escapes to look for
  expect(/\u001b\[\d+(?:;\d+)*m/u.test(run.text)).toBe(isColored);
  expect(run.text).toContain(`${path.join(place.cwd, 'a.mp4')}\n`);
  expect(run.lines.filter((line) => line.startsWith('saved '))).toEqual([
    expect.stringMatching(
      /^saved a\.mp4 · [\d.]+ [kM]B · 2 s · 1280x720 · 2 s billed · seed 7 · took \d+ s$/u,
    ),
  ]);
});

test('of several videos each line names its job', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const args = ['t2v', 'a', '-d', '2', '--size', '1280x720', '-n', '2'];
  const quiet = await runOnTerminal([...args, '-q'], { place, env: sandbox.env });
  expect(quiet.lines).toHaveLength(2);
  const run = await runOnTerminal(args, { place, columns: 200, env: { ...sandbox.env, CI: '1' } });
  const told = run.lines.filter((line) => !/mp4$|^2 × |^accepted/u.test(line));
  for (const line of told) expect(line).toMatch(/^(?:note: )?[0-9A-Z]{12}: /u);
  expect(
    told.filter((line) => line.includes(': saved 2026-') || /: saved \S+\.mp4 · /u.test(line)),
  ).toHaveLength(2);
});

describe('a page that is longer than the screen', () => {
  const pager = async (directory: string) => {
    const file = path.join(directory, 'my pager');
    await writeFile(
      file,
      '#!/bin/sh\necho "paged by $1 with LESS=$LESS key=$DASHSCOPE_API_KEY"\nsed "s/^/> /"\n',
      { mode: 0o755 },
    );
    return `'${file}' 'two words' $(touch evaluated)`;
  };

  test.each([
    ['models', ['models']],
    ['help', ['t2v', '--help']],
    ['a page', ['show', '@last']],
  ])('%s goes through PAGER, without a shell', async (_name, args) => {
    const { place } = await placeWithJobs();
    const env = { PAGER: await pager(place.home), DASHSCOPE_API_KEY: 'sk-very-secret' };
    const run = await runOnTerminal(args, { place, rows: 10, env });
    expect(run.exitCode).toBe(0);
    expect(run.lines[0]).toBe('paged by two words with LESS=FRX key=');
    for (const line of run.lines.slice(1)) expect(line).toMatch(/^>/u);
    expect((await runWan(['list'], { place })).files).toEqual([]);
    const own = await runOnTerminal(args, { place, rows: 10, env: { ...env, LESS: 'S' } });
    expect(own.lines[0]).toContain('with LESS=S key=');
  });

  test.each([
    ['one that fits', { rows: 1000 }, undefined],
    ['cat', { rows: 10 }, 'cat'],
    ['nothing', { rows: 10 }, ' '],
    ['what is not there', { rows: 10 }, '/no/such/pager -x'],
    ['an open quote', { rows: 10 }, "less '"],
  ])('%s is shown as it is', async (_name, size, value) => {
    const { place } = await placeWithJobs();
    const PAGER = value ?? (await pager(place.home));
    const run = await runOnTerminal(['models'], { place, ...size, env: { PAGER } });
    expect(run.exitCode).toBe(0);
    expect(run.lines[0]).toBe('t2v: text to video');
  });

  test('nothing is paged off a terminal', async () => {
    const { place } = await placeWithJobs();
    const run = await runWan(['models'], { place, env: { PAGER: await pager(place.home) } });
    expect(run.stdout).toMatch(/^t2v: text to video\n/u);
  });
});
