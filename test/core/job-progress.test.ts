import { describe, expect, test } from 'vitest';
import { isFinal } from '../../src/core/job.ts';
import { expiryOf, readProgress, type ReadingContext } from '../../src/core/job-progress.ts';
import type { TaskReport } from '../../src/core/task.ts';
import { dashscope } from '../../src/providers/dashscope/index.ts';
import { makeJob, submittedAt } from './make-job.ts';

const start = Date.parse(submittedAt);
const minute = 60_000;
const day = 24 * 60 * minute;
const link = 'https://oss.example/a.mp4?Expires=1795262400&Signature=x%2Fy%3D';

const context: ReadingContext = {
  nowMs: start + 5 * minute,
  isSameAccount: true,
  linkHours: 24,
  classOf: (code, message) => dashscope.protocol.meaningOf(0, { code, message, requestId: undefined }),
};

/** The job after a report, or null where the record stays as it is. */
function after(
  report: TaskReport,
  patch: Parameters<typeof makeJob>[0] = {},
  more: Partial<ReadingContext> = {},
) {
  const progress = readProgress(makeJob(patch), report, { ...context, ...more });
  return progress.kind === 'update' ? progress.job : null;
}

describe('a task that the service does not know', () => {
  const unknown: TaskReport = { state: 'unknown', links: [] };
  test.each<[string, number, boolean, string]>([
    ['at once', 0, true, 'not-visible-yet'],
    ['after 60 s', minute, true, 'not-visible-yet'],
    ['after 60 s, by another key', minute, false, 'not-visible-yet'],
    ['a moment later', minute + 1, true, 'not-found'],
    ['after 24 h', day, true, 'not-found'],
    ['later, by the same account', day + 1, true, 'update'],
    ['later, by another key', day + 1, false, 'not-found'],
    ['when the clock was set back', -minute, true, 'not-visible-yet'],
  ])('%s', (_name, elapsedMs, isSameAccount, kind) => {
    const progress = readProgress(makeJob(), unknown, {
      ...context,
      nowMs: start + elapsedMs,
      isSameAccount,
    });
    expect(progress.kind).toBe(kind);
  });

  test('is expired for good after a day, with exit code 11', () => {
    const job = after(unknown, {}, { nowMs: start + 2 * day });
    expect(job).toMatchObject({ status: 'expired', error: { class: 'not_found' } });
    expect(job === null ? false : isFinal(job)).toBe(true);
  });

  test('was never submitted by us: not found, however old', () => {
    const progress = readProgress(makeJob({ submitted_at: null }), unknown, {
      ...context,
      nowMs: start + 9 * day,
    });
    expect(progress.kind).toBe('not-found');
  });
});

describe('a task that goes on', () => {
  test.each(['queued', 'running'] as const)('%s', (state) => {
    expect(after({ state, links: [], requestId: 'r-query' })).toEqual(
      makeJob({ status: state, request_id: 'r-query' }),
    );
  });

  test('keeps the request id of the submit where the answer has none', () => {
    expect(after({ state: 'running', links: [] })?.request_id).toBe('r-submit');
  });
});

describe('a task that succeeded', () => {
  const usage = { billedSeconds: 5, inputSeconds: 0, outputSeconds: 5, raw: { duration: 5 } };

  test('fills the record, but is final only once the video is saved', () => {
    const job = after({
      state: 'succeeded',
      links: [link],
      finishedAt: '2026-11-20T12:04:00.000Z',
      usage,
      width: 1280,
      height: 720,
    });
    expect(job).toMatchObject({
      status: 'succeeded',
      finished_at: '2026-11-20T12:04:00.000Z',
      expires_at: '2026-11-21T12:00:00.000Z',
      usage,
      error: null,
      outputs: [{ url: link, path: null, width: 1280, height: 720, seconds: 5, has_audio: null }],
    });
    expect(job === null ? true : isFinal(job)).toBe(false);
  });

  test('takes our clock where the service gives no time', () => {
    expect(after({ state: 'succeeded', links: [link] })?.finished_at).toBe('2026-11-20T12:05:00.000Z');
  });

  test('keeps what is known of a saved output when it gets a fresh link', () => {
    const saved = {
      url: 'https://old.example/',
      path: '/tmp/a.mp4',
      bytes: 9,
      sha256: 'ab',
      width: 1,
      height: 2,
      seconds: 3,
      has_audio: true,
    };
    const job = after({ state: 'succeeded', links: [link], width: 1280 }, { outputs: [saved] });
    expect(job?.outputs).toEqual([{ ...saved, url: link }]);
  });

  test('without a link is a failure', () => {
    expect(after({ state: 'succeeded', links: [] })).toMatchObject({
      status: 'failed',
      error: {
        class: 'generation_failed',
        message: 'the task succeeded, but the service gave no link to the video',
        request_id: 'r-submit',
      },
    });
  });
});

describe('a task that failed', () => {
  test.each<[string, Omit<TaskReport, 'state' | 'links'>, object]>([
    [
      'with a reason',
      { code: 'InvalidParameter', message: 'bad size' },
      {
        class: 'generation_failed',
        code: 'InvalidParameter',
        message: 'the task failed: InvalidParameter: bad size',
      },
    ],
    [
      'without one',
      {},
      { class: 'generation_failed', code: null, message: 'the task failed, and the service gave no reason' },
    ],
    [
      'with a code alone',
      { code: 'InternalError.Algo' },
      { class: 'generation_failed', message: 'the task failed: InternalError.Algo', retryable: true },
    ],
    ['with a message alone', { message: 'oops' }, { code: null, message: 'the task failed: oops' }],
    [
      'by the content filter',
      { code: 'DataInspectionFailed', message: 'inappropriate' },
      { class: 'content_filter', hint: 'change the prompt or the input', retryable: false },
    ],
    [
      'by the content filter behind a prefix',
      { code: 'InternalError.Algo.DataInspectionFailed' },
      { class: 'content_filter' },
    ],
    ['for a suspected infringement', { code: 'IPInfringementSuspect' }, { class: 'content_filter' }],
    ['for a key, which is no failed key of ours', { code: 'InvalidApiKey' }, { class: 'generation_failed' }],
    ['for a quota', { code: 'Arrearage' }, { class: 'generation_failed' }],
  ])('%s', (_name, report, error) => {
    const job = after({ state: 'failed', links: [], ...report });
    expect(job).toMatchObject({ status: 'failed', error });
    expect(job === null ? false : isFinal(job)).toBe(true);
  });

  test('a cancelled one says so', () => {
    expect(after({ state: 'canceled', links: [] })).toMatchObject({
      status: 'canceled',
      error: { class: 'generation_failed', message: 'the task was cancelled' },
    });
  });
});

describe('a link expires', () => {
  const end = '2026-11-20T12:00:00.000Z';
  test.each<[string, string | null, number | null, string | null]>([
    [link, end, 24, '2026-11-21T12:00:00.000Z'],
    ['https://e.com/a.mp4?expires=1795262400', null, null, '2026-11-21T12:00:00.000Z'],
    ['https://e.com/a.mp4', end, 24, '2026-11-21T12:00:00.000Z'],
    ['https://e.com/a.mp4?Expires=', end, 24, '2026-11-21T12:00:00.000Z'],
    ['https://e.com/a.mp4?Expires=soon', end, 1, '2026-11-20T13:00:00.000Z'],
    ['https://e.com/a.mp4?NotExpires=1795262400', end, 24, '2026-11-21T12:00:00.000Z'],
    ['https://e.com/a.mp4?Expires=99999999999999999999', end, 24, '2026-11-21T12:00:00.000Z'],
    ['https://e.com/a.mp4', end, null, null],
    ['https://e.com/a.mp4', null, 24, null],
  ])('%s, finished %s, %s h', (url, finishedAt, hours, expected) => {
    expect(expiryOf(url, finishedAt, hours)).toBe(expected);
  });
});
