import { Writable } from 'node:stream';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createIo } from '../../src/cli/io.ts';
import type { ShownEvent } from '../../src/cli/job-board.ts';
import { createProgress } from '../../src/cli/progress.ts';
import type { Job } from '../../src/core/job.ts';
import type { Outlook } from '../../src/core/outlook.ts';
import { makeJob } from '../core/make-job.ts';

const outlook = (runningMs: number | undefined): Outlook => ({
  runTime: { fromMs: 110_000, usualMs: 120_000, toMs: 130_000, jobs: 6 },
  runningMs,
});
const status = (job: Partial<Job>, elapsedMs: number, more: { outlook?: Outlook } = {}): ShownEvent => ({
  event: 'status',
  job: makeJob(job),
  elapsedMs,
  ...more,
});
const download = (job: Partial<Job>, receivedBytes: number, totalBytes?: number): ShownEvent => ({
  event: 'downloading',
  job: makeJob({ status: 'succeeded', ...job }),
  receivedBytes,
  totalBytes,
});
const a = { id: 'AAAA', task_id: 'task-a' };
const b = { id: 'BBBB', task_id: 'task-b' };
const c = { id: 'CCCC', task_id: 'task-c' };

/** Progress on a stream of its own, by a clock that the test moves. */
function open(
  terminal: { columns?: number } | undefined,
  env: Record<string, string> = {},
  look: { isShared?: () => boolean; hasColor?: boolean } = {},
) {
  const chunks: string[] = [];
  const stream = Object.assign(
    new Writable({ write: (chunk: Buffer, _encoding, done) => (chunks.push(chunk.toString()), done()) }),
    terminal === undefined ? {} : { isTTY: true, ...terminal },
  );
  const io = createIo({
    stdin: () => ({}),
    stdout: () => stream,
    stderr: () => stream,
    redact: (text) => text,
  });
  let passed = 0;
  const clock = { now: () => Date.UTC(2026, 0), monotonic: () => passed, sleep: async () => {} };
  const spinner = { text: '', start: vi.fn<() => void>(), stop: vi.fn<() => void>() };
  let starts = 0;
  let loads = 0;
  const colors: boolean[] = [];
  const load = async () => {
    loads += 1;
    return (_stream: unknown, text: string, hasColor: boolean) => {
      starts += 1;
      colors.push(hasColor);
      return Object.assign(spinner, { text });
    };
  };
  const progress = createProgress({ io, clock, env }, { verbose: false, ...look }, load);
  onTestFinished(() => progress.stop());
  return {
    progress,
    spinner,
    used: () => ({ loads, starts }),
    colors,
    stream,
    lines: () => chunks.join('').split('\n').slice(0, -1),
    pass: (ms: number) => void (passed += ms),
  };
}

describe('off a terminal', () => {
  test('a line when something changes, and a heartbeat at most once a minute', () => {
    const { progress, lines, pass } = open(undefined);
    progress.event({ event: 'submitted', job: makeJob(a) });
    progress.event(status(a, 5000, { outlook: outlook(undefined) }));
    for (let look = 1; look <= 14; look += 1) {
      pass(15_000);
      const runningMs = 15_000 * look;
      progress.event(status({ ...a, status: 'running' }, 5000 + runningMs, { outlook: outlook(runningMs) }));
    }
    progress.event(download(a, 0));
    pass(60_000);
    progress.event(download(a, 30_000_000, 90_000_000));
    progress.event({ event: 'saved', job: makeJob(a) });
    expect(lines()).toEqual([
      'submitted: job AAAA, task task-a',
      'queued at the service; about 2 min once it runs, from 6 jobs like this',
      'running; about 1 min 50 s left, from 6 jobs like this',
      'running · 1 min 20 s · about 45 s left, from 6 jobs like this · task task-a',
      'running · 2 min 20 s · longer than usual: 6 jobs like this took 1 min 50 s to 2 min 10 s · task task-a',
      'running · 3 min 20 s · longer than usual: 6 jobs like this took 1 min 50 s to 2 min 10 s · task task-a',
      'downloading',
      'downloading · 30.0 MB of 90.0 MB · 500.0 kB/s · 2 min left',
      'saved',
    ]);
  });

  test('lines of several jobs name them, and one heartbeat counts them all', () => {
    const { progress, lines, pass } = open(undefined);
    progress.event({ event: 'submitted', job: makeJob(a) });
    progress.event({ event: 'submitted', job: makeJob(b) });
    progress.event(status({ ...a, status: 'running' }, 5000));
    progress.event(status({ ...b, status: 'queued' }, 5000));
    for (let look = 1; look <= 8; look += 1) {
      pass(15_000);
      progress.event(status({ ...a, status: 'running' }, 5000));
      progress.event(status({ ...b, status: 'queued' }, 5000));
    }
    progress.event({ event: 'saved', job: makeJob(a) });
    expect(lines()).toEqual([
      'submitted: job AAAA, task task-a',
      'BBBB: submitted: task task-b',
      'AAAA: running',
      'BBBB: queued at the service',
      '1 running (AAAA), 1 queued (BBBB) · 1 min',
      '1 running (AAAA), 1 queued (BBBB) · 2 min',
      'AAAA: saved',
    ]);
  });

  test('where several are to come, the first line already names its job', () => {
    const { progress, lines, pass } = open(undefined, {}, { isShared: () => true });
    progress.event({ event: 'submitting', job: makeJob(a) });
    progress.event({ event: 'submitted', job: makeJob(a) });
    progress.notice('of one job', makeJob(a));
    for (const id of ['1', '2', '3', '4', '5', '6']) {
      progress.event(status({ id, task_id: `task-${id}`, status: 'running' }, 5000));
    }
    pass(60_000);
    progress.event(status({ id: '6', task_id: 'task-6', status: 'running' }, 5000));
    expect(lines()).toEqual([
      'AAAA: submitting',
      'AAAA: submitted: task task-a',
      'note: AAAA: of one job',
      ...['1', '2', '3', '4', '5', '6'].map((id) => `${id}: running`),
      '6 running (1 2 3 4 …), 1 queued (AAAA) · 1 min',
    ]);
  });

  test('what strikes all jobs alike is said once a minute, and names one of them', () => {
    const { progress, lines, pass } = open(undefined);
    progress.notice('one job says so each time', makeJob(a));
    progress.notice('one job says so each time', makeJob(a));
    progress.event(status(a, 0));
    progress.event(status(b, 0));
    for (const job of [a, b, a]) progress.notice('the service answered 503; still waiting', makeJob(job));
    pass(60_000);
    progress.notice('the service answered 503; still waiting', makeJob(b));
    progress.notice('of no job');
    expect(lines().filter((line) => line.startsWith('note'))).toEqual([
      'note: one job says so each time',
      'note: one job says so each time',
      'note: AAAA: the service answered 503; still waiting',
      'note: BBBB: the service answered 503; still waiting',
      'note: of no job',
    ]);
  });
});

describe('on a terminal', () => {
  test('the spinner counts on between looks, and gets there', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { progress, spinner, pass } = open({ columns: 100 });
    await Promise.resolve();
    progress.event(status({ ...a, status: 'running' }, 40_000, { outlook: outlook(38_000) }));
    expect(spinner.text).toBe('running · 40 s · about 1 min 20 s left, from 6 jobs like this · task task-a');
    pass(10_000);
    vi.advanceTimersByTime(1000);
    expect(spinner.text).toBe('running · 50 s · about 1 min 10 s left, from 6 jobs like this · task task-a');
    pass(100_000);
    vi.advanceTimersByTime(1000);
    expect(spinner.text).toMatch(/^running · 2 min 30 s · longer than usual: 6 jobs/u);
  });

  test('several jobs are one line', async () => {
    const { progress, spinner, pass } = open({ columns: 100 });
    await Promise.resolve();
    progress.event({ event: 'submitting', job: makeJob(c) });
    progress.event(status({ ...a, status: 'running' }, 5000));
    progress.event(status({ ...b, status: 'queued' }, 5000));
    expect(spinner.text).toBe('1 running, 1 queued, 1 submitting · 0 s');
    pass(72_000);
    progress.event(download(a, 45, 100));
    expect(spinner.text).toBe('1 queued, 1 submitting, 1 downloading 45 % · 1 min 12 s');
    progress.event(download(b, 0));
    expect(spinner.text).toBe('1 submitting, 2 downloading · 1 min 12 s');
    progress.event({ event: 'saved', job: makeJob(a) });
    progress.event(status({ ...b, status: 'failed' }, 5000));
    expect(spinner.text).toBe('1 submitting, 1 saved, 1 failed · 1 min 12 s');
  });

  test.each([
    [100, 'downloading · 45.0 MB of 100.0 MB · 22.5 MB/s · 2 s left'],
    [30, 'downloading · 45.0 MB of 1…'],
    [undefined, 'downloading · 45.0 MB of 100.0 MB · 22.5 MB/s · 2 s left'],
  ])('with %s columns nothing wraps', async (columns, text) => {
    const { progress, spinner, pass } = open(columns === undefined ? {} : { columns });
    await Promise.resolve();
    progress.event(download(a, 0, 100_000_000));
    pass(2000);
    progress.event(download(a, 45_000_000, 100_000_000));
    expect(spinner.text).toBe(text);
  });

  test('a narrower window cuts the next line', async () => {
    const { progress, spinner, stream } = open({ columns: 100 });
    await Promise.resolve();
    Object.assign(stream, { columns: 20 });
    progress.event({ event: 'submitted', job: makeJob(a) });
    expect(spinner.text).toBe('submitted: job A…');
  });

  test('lines stand apart from it, and nothing spins any more once it was stopped', async () => {
    const { progress, spinner, lines } = open({ columns: 100 });
    await Promise.resolve();
    progress.notice('look here');
    expect(lines()).toEqual(['note: look here']);
    expect([spinner.stop.mock.calls.length, spinner.start.mock.calls.length]).toEqual([1, 1]);
    progress.stop();
    progress.line('the end');
    expect(spinner.start.mock.calls).toHaveLength(1);
  });

  test.each([true, false])('it is told whether it may have colour (%s)', async (hasColor) => {
    const { progress, colors } = open({ columns: 100 }, {}, { hasColor });
    await Promise.resolve();
    await new Promise((resolve) => void setImmediate(resolve));
    progress.stop();
    expect(colors).toEqual([hasColor]);
  });

  test('stopped while it was loading, it never starts', async () => {
    const { progress, used } = open({ columns: 100 });
    progress.stop();
    await new Promise((resolve) => void setImmediate(resolve));
    expect(used()).toEqual({ loads: 1, starts: 0 });
  });

  test.each<[string, { columns?: number }, Record<string, string>]>([
    ['has no size', { columns: 0 }, {}],
    ['belongs to CI', { columns: 80 }, { CI: '1' }],
    ['knows no controls', { columns: 80 }, { TERM: 'dumb' }],
  ])('that %s nothing spins', (_name, terminal, env) => {
    const { progress, used, lines } = open(terminal, env);
    progress.event({ event: 'saved', job: makeJob(a) });
    expect(used()).toEqual({ loads: 0, starts: 0 });
    expect(lines()).toEqual(['saved']);
  });
});
