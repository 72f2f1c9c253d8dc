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
  serviceMs: start + 5 * minute,
  base: 'https://service.example/api/v1',
  failuresAreFree: true,
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
  const accepted = { service_submitted_at: submittedAt };
  const iso = (ms: number) => new Date(ms).toISOString();
  const look = (patch: Parameters<typeof makeJob>[0], more: Partial<ReadingContext>) =>
    readProgress(makeJob(patch), unknown, { ...context, ...more });

  test.each<[string, number, boolean, string]>([
    ['at once', 0, true, 'not-visible-yet'],
    ['after 60 s', minute, true, 'not-visible-yet'],
    ['after 60 s, by another key', minute, false, 'not-visible-yet'],
    ['a moment later', minute + 1, true, 'not-found'],
    ['after 24 h', day, true, 'not-found'],
    ['later, by the same account, for the first time', day + 1, true, 'not-found'],
    ['later, by another key', day + 1, false, 'not-found'],
    ['by a clock that was set back', -minute, true, 'not-visible-yet'],
  ])('%s', (_name, elapsedMs, isSameAccount, kind) => {
    const serviceMs = start + elapsedMs;
    // Whatever our own clock says.
    for (const nowMs of [start - day, serviceMs, start + 9 * day]) {
      expect(look(accepted, { nowMs, serviceMs, isSameAccount }).kind).toBe(kind);
    }
  });

  test('is looked for by our own clock only to tell whether it may not be visible yet', () => {
    expect(look({}, { serviceMs: undefined, nowMs: start + minute }).kind).toBe('not-visible-yet');
    expect(look({}, { serviceMs: undefined, nowMs: start + 9 * day }).kind).toBe('not-found');
  });

  test('is noted with the time of its first sighting, which a second one keeps', () => {
    const first = look(accepted, { serviceMs: start + day + 1000 });
    expect(first).toMatchObject({ job: { status: 'queued', first_unknown_at: iso(start + day + 1000) } });
    const patch = { ...accepted, first_unknown_at: iso(start + day + 1000) };
    const second = look(patch, { serviceMs: start + day + 60_000 });
    expect(second).toMatchObject({ kind: 'not-found', job: patch });
  });

  test('is expired for good after a day, when it is seen once more a minute later: exit code 11', () => {
    const patch = { ...accepted, first_unknown_at: iso(start + day + 1000) };
    const progress = look(patch, { serviceMs: start + day + 61_000 });
    const job = progress.kind === 'update' ? progress.job : null;
    expect(job).toMatchObject({ status: 'expired', error: { class: 'not_found' } });
    expect(job === null ? false : isFinal(job)).toBe(true);
  });

  test.each<[string, Parameters<typeof makeJob>[0], Partial<ReadingContext>]>([
    ['by another key', accepted, { isSameAccount: false }],
    ['where the service does not tell the time', accepted, { serviceMs: undefined }],
    ['within the day', { service_submitted_at: iso(start + day) }, {}],
    ['by a clock that went back', { ...accepted, first_unknown_at: iso(start + 3 * day) }, {}],
    ['without a time of the submit', {}, {}],
  ])('stays open %s', (_name, patch, more) => {
    const seen = { first_unknown_at: iso(start + 2 * day - 2 * minute), ...patch };
    expect(look(seen, { serviceMs: start + 2 * day, ...more }).kind).toBe('not-found');
  });

  test('is gone too when a day has passed since it was first not there', () => {
    const seen = { first_unknown_at: iso(start + minute) };
    expect(look(seen, { serviceMs: start + day + 2 * minute }).kind).toBe('update');
  });

  test('was never submitted by us: not found, however old', () => {
    const progress = look({ submitted_at: null }, { nowMs: start + 9 * day, serviceMs: undefined });
    expect(progress.kind).toBe('not-found');
  });

  const output = {
    url: link,
    path: null,
    bytes: null,
    sha256: null,
    width: null,
    height: null,
    seconds: null,
    has_audio: null,
  };
  test.each<[string, Parameters<typeof makeJob>[0], string]>([
    ['a link', { status: 'succeeded', outputs: [output] }, 'update'],
    ['a saved file', { status: 'succeeded', outputs: [{ ...output, path: '/tmp/a.mp4' }] }, 'update'],
    ['a success without a link', { status: 'succeeded', outputs: [] }, 'doubt'],
    ['a failure', { status: 'failed' }, 'update'],
    [
      'a failure without a reason',
      { status: 'failed', unreasoned: { at: iso(start + 3 * day), settled: true } },
      'doubt',
    ],
  ])('says nothing new of %s', (_name, patch, kind) => {
    const job = makeJob({ ...accepted, first_unknown_at: submittedAt, ...patch });
    expect(readProgress(job, unknown, { ...context, serviceMs: start + 3 * day })).toEqual({ kind, job });
  });

  test('is forgotten when the task is there again', () => {
    expect(after({ state: 'running', links: [] }, { first_unknown_at: submittedAt })).not.toHaveProperty(
      'first_unknown_at',
    );
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

  test.each<[string, Partial<TaskReport>, RegExp, object]>([
    ['without a link', {}, /^the task succeeded, but the service gave no link to the video$/u, {}],
    [
      'with a link that is no address',
      { written: 'ftp://x/y?Signature=z' },
      /no address: ftp:\/\/x\/y$/u,
      { link_as_written: 'ftp://x/y?Signature=z' },
    ],
  ])('%s is no end, and exit 13', (_name, report, message, more) => {
    const progress = readProgress(makeJob(), { state: 'succeeded', links: [], ...report }, context);
    expect(progress).toMatchObject({
      kind: 'doubt',
      job: {
        status: 'succeeded',
        outputs: [],
        error: {
          class: 'not_saved',
          message: expect.stringMatching(message) as string,
          hint: 'wan resume 1KTAHJ0ABCDE',
          request_id: 'r-submit',
        },
        ...more,
      },
    });
    expect('job' in progress && isFinal(progress.job)).toBe(false);
  });

  test.each<[string, string, string]>([
    ['without scheme or host', '/v.mp4', 'https://service.example/v.mp4'],
    ['without a scheme', '//cdn.example/v.mp4?a=%2f', 'https://cdn.example/v.mp4?a=%2f'],
    ['beside the API', 'files/v.mp4', 'https://service.example/api/v1/files/v.mp4'],
  ])('with a link %s: taken as one of the API’s own', (_name, written, url) => {
    expect(after({ state: 'succeeded', links: [written] })).toMatchObject({
      outputs: [{ url }],
      link_as_written: written,
    });
  });

  test('keeps the service’s own spelling beside the address', () => {
    const report: TaskReport = {
      state: 'succeeded',
      links: ['https://h/%E7%8C%AB'],
      written: 'https://h/猫 ',
    };
    expect(after(report)).toMatchObject({
      outputs: [{ url: 'https://h/%E7%8C%AB' }],
      link_as_written: 'https://h/猫 ',
    });
  });

  test.each(['queued', 'running', 'failed', 'canceled', 'succeeded'] as const)(
    'and has a link is not undone by %s without one',
    (state) => {
      const job = after({ state: 'succeeded', links: [link] }) ?? makeJob();
      expect(readProgress(job, { state, links: [], code: 'X' }, context)).toEqual({ kind: 'update', job });
    },
  );
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

  test.each<[string, Omit<TaskReport, 'state' | 'links'>]>([
    ['without a word', {}],
    ['with words that say nothing', { code: 'None', message: ' null ' }],
    ['while it may still be tried', { isPassing: true, code: 'api_error', message: 'retrying' }],
  ])('%s is no end yet, and nobody says what it costs', (_name, report) => {
    const progress = readProgress(makeJob(), { state: 'failed', links: [], ...report }, context);
    expect(progress).toMatchObject({
      kind: 'doubt',
      job: { status: 'failed', unreasoned: { at: '2026-11-20T12:05:00.000Z', settled: false } },
    });
    const job = 'job' in progress ? progress.job : makeJob();
    expect(isFinal(job)).toBe(false);
    expect(job.error?.hint).not.toMatch(/billed/u);
  });

  test.each([
    ['a day after the first such answer', day, 'doubt'],
    ['later', day + 1, 'update'],
  ])('without a reason is asked for again, until %s', (_name, ms, kind) => {
    const seen = { at: new Date(start).toISOString(), settled: true };
    const job = makeJob({ status: 'failed', unreasoned: seen });
    const progress = readProgress(job, { state: 'failed', links: [] }, { ...context, serviceMs: start + ms });
    expect(progress.kind).toBe(kind);
    expect('job' in progress && progress.job.unreasoned).toEqual(kind === 'doubt' ? seen : undefined);
  });

  test.each([true, false])(
    'says that it is not billed only where that is promised: %s',
    (failuresAreFree) => {
      const job = after({ state: 'failed', links: [], code: 'Odd' }, {}, { failuresAreFree });
      expect(job?.error?.hint?.includes('not billed')).toBe(failuresAreFree);
    },
  );

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
    [
      'https://e.com/a.mp4?x-oss-date=20261120T120000Z&x-oss-expires=3600',
      end,
      24,
      '2026-11-20T13:00:00.000Z',
    ],
    [
      'https://e.com/a.mp4?X-Amz-Expires=60&X-Amz-Date=20261120T120000Z',
      null,
      null,
      '2026-11-20T12:01:00.000Z',
    ],
    ['https://e.com/a.mp4', end, null, null],
    ['https://e.com/a.mp4', null, 24, null],
  ])('%s, finished %s, %s h', (url, finishedAt, hours, expected) => {
    expect(expiryOf(url, finishedAt, hours)).toBe(expected);
  });
});
