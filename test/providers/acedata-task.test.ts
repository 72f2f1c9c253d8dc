import { describe, expect, test } from 'vitest';
import { hasReason } from '../../src/core/task.ts';
import { acedata } from '../../src/providers/acedata/index.ts';

const { readTask, readTaskId, readRefusal, query } = acedata.protocol;
const link = 'https://oss.example/a/b.mp4?Expires=1790086000&OSSAccessKeyId=x&Signature=y%3D';
const error = { code: 'api_error', message: 'reason text' };
const start = { id: 'T', type: 'videos', created_at: 1_790_000_000.1, trace_id: 'R', request: {} };
const end = 1_790_000_787.3;

const flat = { success: true, state: 'completed', task_id: 'T', video_url: link };
const nested = { success: true, data: { model: 'wan3.0-video', status: 'succeeded', video_url: link } };

describe('no record at all', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['{}', {}],
  ])('%s means that the task is unknown, or not visible yet', (_name, body) => {
    expect(readTask(body)).toEqual({ state: 'unknown', links: [] });
  });

  test.each<[string, unknown]>([
    ['a list', []],
    ['a record in a list', [{ ...start, finished_at: end, response: flat }]],
    ['a wrapped record', { data: { ...start, finished_at: end, response: flat } }],
    ['a page of records', { items: [{ ...start, finished_at: end, response: flat }], count: 1 }],
    ['a record without id', { type: 'videos', finished_at: end, response: flat }],
    ['an id that is none', { id: 5, response: flat }],
    ['an empty id', { id: '', response: flat }],
    ['a failure without a record', { success: false, error, trace_id: 't' }],
    ['a text', 'T'],
    ['a number', 5],
    ['a refusal', { error: { code: 'invalid_token', message: 'no' }, trace_id: 'R' }],
    ['a refusal as a text', { error: 'no' }],
    ['a refusal as a detail', { detail: 'no' }],
  ])('%s is no task', (_name, body) => {
    expect(readTask(body)).toBeUndefined();
  });
});

/** The decision rule, line by line: `finished_at`, `response`, and the state that they make. */
const rule: [why: string, record: object, state: string][] = [
  ['finished_at null: pending', { finished_at: null }, 'queued'],
  ['finished_at null, started', { started_at: 1_790_000_000.4, finished_at: null }, 'running'],
  ['… whatever response says: done', { finished_at: null, response: flat }, 'queued'],
  ['… whatever response says: failed', { finished_at: null, response: { success: false, error } }, 'queued'],
  ['… whatever response says: a word', { finished_at: null, response: { state: 'failed' } }, 'queued'],

  ['finished_at 0: pending', { finished_at: 0, response: flat }, 'queued'],
  ['finished_at 0 as a text', { finished_at: '0', response: {} }, 'queued'],
  ['finished_at below 0', { finished_at: -1, response: {} }, 'queued'],
  ['finished_at the year 1', { finished_at: '0001-01-01T00:00:00Z', response: {} }, 'queued'],
  ['finished_at the beginning of 1970', { finished_at: '1970-01-01 00:00:00', response: {} }, 'queued'],
  ['finished_at an empty text', { finished_at: '', response: {} }, 'queued'],

  ['finished, the time as a date', { finished_at: '2026-11-28T10:00:00.5Z', response: flat }, 'succeeded'],
  [
    'finished, the time as a date of Python',
    { finished_at: '2026-11-28 10:00:00.123456+00:00', response: flat },
    'succeeded',
  ],
  [
    'finished, the link as url',
    { finished_at: end, response: { success: true, data: [{ url: link }] } },
    'succeeded',
  ],
  [
    'finished, the link in a list',
    { finished_at: end, response: { success: true, video_urls: [link] } },
    'succeeded',
  ],
  [
    'finished, the list inside',
    { finished_at: end, response: { data: { video_urls: ['', link] } } },
    'succeeded',
  ],
  [
    'finished, one of two results',
    {
      finished_at: end,
      response: {
        success: true,
        data: [
          { state: 'failed', video_url: 'https://h/no' },
          { state: 'succeeded', video_url: link },
        ],
      },
    },
    'succeeded',
  ],
  ['finished, error empty', { finished_at: end, response: { ...flat, error: '' } }, 'succeeded'],
  ['finished, error says none', { finished_at: end, response: { ...flat, error: 'None' } }, 'succeeded'],
  [
    'finished, error of nulls',
    { finished_at: end, response: { ...flat, error: { code: null, message: null } } },
    'succeeded',
  ],
  [
    'finished, error says ok',
    { finished_at: end, response: { ...flat, error: { code: 0, message: 'success' } } },
    'succeeded',
  ],
  ['finished, and cancelled', { finished_at: end, response: { state: 'cancelled' } }, 'canceled'],

  ['finished, flat result', { finished_at: end, response: flat }, 'succeeded'],
  ['finished, nested result', { finished_at: end, response: nested }, 'succeeded'],
  ['finished, nested list', { finished_at: end, response: { data: [{}, { video_url: link }] } }, 'succeeded'],
  ['finished, a link and no word', { finished_at: end, response: { video_url: link } }, 'succeeded'],
  ['finished, the time as a text', { finished_at: `${end}`, response: flat }, 'succeeded'],
  ['finished, a JSON text', { finished_at: end, response: JSON.stringify(flat) }, 'succeeded'],
  ['finished, no link', { finished_at: end, response: { success: true, state: 'completed' } }, 'no link'],
  ['finished, no response', { finished_at: end }, 'failed'],
  ['finished, response null', { finished_at: end, response: null }, 'failed'],
  ['finished, response {}', { finished_at: end, response: {} }, 'failed'],
  ['finished, broken JSON text', { finished_at: end, response: '{"video_url":' }, 'failed'],
  ['finished, an error', { finished_at: end, response: { success: false, error } }, 'failed'],
  ['finished, an error beside a link', { finished_at: end, response: { ...flat, error } }, 'failed'],
  ['finished, error null', { finished_at: end, response: { ...flat, error: null } }, 'succeeded'],
  [
    'finished, success false beside a link',
    { finished_at: end, response: { ...flat, success: false } },
    'failed',
  ],
  [
    'finished, a failed word beside a link',
    { finished_at: end, response: { ...flat, state: 'failed' } },
    'failed',
  ],
  [
    'finished, a failed word inside',
    { finished_at: end, response: { data: { status: 'FAILED', video_url: link } } },
    'failed',
  ],
  [
    'finished, a link that is none',
    { finished_at: end, response: { ...flat, video_url: 'soon' } },
    'no link',
  ],

  ['no finished_at, no response', {}, 'queued'],
  ['no finished_at, no response, started', { started_at: 1_790_000_000.4 }, 'running'],
  ['no finished_at, response null', { response: null }, 'queued'],
  ['no finished_at, response {}', { response: {} }, 'queued'],
  ['no finished_at, an empty text', { response: '' }, 'queued'],
  ['no finished_at, a waiting word', { response: { success: true, state: 'processing' } }, 'queued'],
  ['no finished_at, a waiting word inside', { response: { data: { status: 'Running' } } }, 'queued'],
  ['no finished_at, a waiting word beside a link', { response: { ...flat, state: 'pending' } }, 'queued'],
  ['no finished_at, a failed word', { response: { state: 'failed' } }, 'failed'],
  ['no finished_at, rejected', { response: { status: 'Rejected' } }, 'failed'],
  ['no finished_at, canceled', { response: { state: 'canceled' } }, 'failed'],
  ['no finished_at, cancelled', { response: { state: 'cancelled' } }, 'failed'],
  ['no finished_at, success false', { response: { success: false } }, 'failed'],
  ['no finished_at, an error object', { response: { error } }, 'failed'],
  ['no finished_at, error wins over success', { response: { ...flat, error } }, 'failed'],
  [
    'no finished_at, an error text is a passing hiccup',
    { response: { error: 'upstream is slow' } },
    'queued',
  ],
  ['no finished_at, a link', { response: { video_url: link } }, 'succeeded'],
  ['no finished_at, completed', { response: flat }, 'succeeded'],
  ['no finished_at, nested', { response: nested }, 'succeeded'],
  ['no finished_at, a JSON text', { response: JSON.stringify(nested) }, 'succeeded'],
  ['no finished_at, completed without a link', { response: { success: true, state: 'completed' } }, 'queued'],
  ['no finished_at, a word that nobody knows', { response: { state: 'dreaming' } }, 'queued'],
];

describe('a failure is over', () => {
  test.each<[string, object, boolean]>([
    ['with an end and a reason', { finished_at: end, response: { success: false, error } }, true],
    ['with an end and a code alone', { finished_at: end, response: { error: { code: 'x_y' } } }, true],
    ['with an end and a text', { finished_at: end, response: { success: false, detail: 'too dark' } }, true],
    ['not without an end', { response: { success: false, error } }, false],
    ['not without an end, whatever the word', { response: { state: 'failed', error } }, false],
    ['not without a reason', { finished_at: end, response: { success: false } }, false],
    [
      'not with a reason that says none',
      { finished_at: end, response: { success: false, error: 'null' } },
      false,
    ],
    [
      'not beside a link without a reason',
      { finished_at: end, response: { ...flat, success: false } },
      false,
    ],
    ['not without a word', { finished_at: end }, false],
  ])('%s', (_name, record, isOver) => {
    const report = readTask({ ...start, ...record });
    expect(report?.state).toBe('failed');
    expect(report === undefined ? undefined : hasReason(report)).toBe(isOver);
  });
});

test.each(rule)('%s', (_why, record, state) => {
  const report = readTask({ ...start, ...record });
  expect(report?.state).toBe(state === 'no link' ? 'succeeded' : state);
  expect(report?.links).toEqual(state === 'succeeded' ? [link] : []);
});

describe('a record tells', () => {
  test('of a success what happened when, and for how many seconds', () => {
    const request = { prompt: 'p', model: 'wan3.0-video', duration: 5 };
    const usage = { duration: 5 };
    const response = { ...nested, data: { ...nested.data, usage }, cost: { amount: 4.73 } };
    expect(readTask({ ...start, finished_at: end, request, response })).toEqual({
      submittedAt: '2026-09-21T14:13:20.100Z',
      state: 'succeeded',
      links: [link],
      requestId: 'R',
      finishedAt: '2026-09-21T14:26:27.300Z',
      usage: { billedSeconds: 5, inputSeconds: null, outputSeconds: 5, raw: usage },
      prompt: 'p',
      model: 'wan3.0-video',
    });
  });

  test.each<[unknown, object]>([
    [error, { code: 'api_error', message: 'reason text' }],
    [{ code: 'api_error' }, { code: 'api_error', message: 'api_error' }],
    ['reason text', { message: 'reason text' }],
    [
      { code: 'a\u001b[1m', message: 'b\r\n::warning::' },
      { code: 'a[1m', message: 'b ::warning::' },
    ],
  ])('of a failure with %j its reason', (reason, expected) => {
    const report = readTask({ ...start, finished_at: end, response: { success: false, error: reason } });
    expect(report).toMatchObject({ state: 'failed', requestId: 'R', ...expected });
  });

  test('nothing of a failure that gives no reason', () => {
    const report = readTask({ ...start, finished_at: end, response: { success: false } });
    expect(report).not.toHaveProperty('code');
    expect(report).not.toHaveProperty('message');
  });

  test.each([1e300, 8.64e12 + 1, 1e15])(
    'no time where finished_at is %d, which no calendar has',
    (finished_at) => {
      const report = readTask({ ...start, finished_at, response: flat });
      expect(report).toMatchObject({ state: 'succeeded', links: [link] });
      expect(report).not.toHaveProperty('finishedAt');
    },
  );
});

test.each<[string, unknown, object | undefined]>([
  ['an object', { error, trace_id: 'R' }, { ...error, requestId: 'R' }],
  ['with success false', { success: false, error }, { ...error, requestId: undefined }],
  ['a text', { error: 'no' }, { code: undefined, message: 'no', requestId: undefined }],
  ['a detail', { detail: 'no' }, { code: undefined, message: 'no', requestId: undefined }],
  [
    'a code alone',
    { error: { code: 'used_up' } },
    { code: 'used_up', message: 'used_up', requestId: undefined },
  ],
  ['none', { success: false }, undefined],
  ['of wrong types', { error: [], detail: {} }, undefined],
  ['null', null, undefined],
])('a refusal: %s', (_name, body, expected) => {
  expect(readRefusal(body)).toEqual(expected);
});

test.each<[unknown, string | undefined]>([
  [{ task_id: '7f0c1f5e-1111' }, '7f0c1f5e-1111'],
  [{ success: true, task_id: 'T', trace_id: 'R' }, 'T'],
  [{ task_id: 7 }, '7'],
  [{ task_id: 'a\nb' }, undefined],
  [{ output: { task_id: 'T' } }, undefined],
])('the task id in %j is %j', (body, expected) => {
  expect(readTaskId(body)).toBe(expected);
});

test('a task is asked for by `id`', () => {
  expect(query('T')).toEqual({ method: 'POST', path: '/wan/tasks', body: { action: 'retrieve', id: 'T' } });
});
