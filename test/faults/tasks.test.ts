import { matrix } from './matrix.ts';
import { row, type Row } from './row.ts';

// What happens between a paid submit and its video: the questions, and the ends that a task can come to.

const page = '<html><title>Sign in</title></html>';
const on = 'query';
const saved = [0, 'saved', '1/1', 'saved'] as [number, 'saved', '1/1', string];
const ends = (exit: number, record: string): [number, 'none', '1/1', string] => [exit, 'none', '1/1', record];
const shown = (output: object) => ({
  on,
  body: JSON.stringify({ request_id: 'r-1', output: { task_id: 't', ...output } }),
});
const hasty = { hasty: true } as const;
/** Long enough for a first look, and over before the next one of a service that asks for patience. */
const brief = { flags: ['--timeout', '2s'] };

const passing: Row[] = [
  row('reset before the answer', 't2v', { on, drop: 'before' }, saved),
  row('reset after the question', 't2v', { on, drop: 'after' }, saved),
  row('reset in the answer', 't2v', { on, drop: 'mid' }, saved),
  ...[408, 500, 502, 503, 504].map((status) => row(`${status}`, 't2v', { on, status }, saved)),
  row('429', 't2v', { on, status: 429, code: 'Throttling', headers: { 'Retry-After': '0' } }, saved),
  row('502, HTML', 't2v', { on, status: 502, body: page }, saved),
  row('HTML', 't2v', { on, body: page }, saved),
  row('truncated', 't2v', { on, truncate: 40 }, saved, hasty),
  row('an empty answer', 't2v', { on, body: '' }, saved),
  row('null', 't2v', { on, body: 'null' }, saved, hasty),
  row('the status is a number', 't2v', shown({ task_status: 5 }), saved, hasty),
  row('a status nobody knows', 't2v', shown({ task_status: 'DREAMING' }), saved, hasty),
  row('the output is a list', 't2v', { on, body: '{"output":[{"task_status":"SUCCEEDED"}]}' }, saved, hasty),
  row(
    'usage and times of other types',
    't2v',
    shown({ task_status: 'RUNNING', end_time: 5, usage: [] }),
    saved,
  ),
  row('UNKNOWN, as a new task may be', 't2v', { on, task: 'UNKNOWN' }, saved),
  row('SUSPENDED, then done', 't2v', { on, task: 'SUSPENDED', times: 2 }, saved),
  row('slow', 't2v', { on, delay: '300ms' }, saved),
];

const stopped: Row[] = [
  row('503, always', 't2v', { on, status: 503, times: 99 }, ends(5, 'queued'), brief),
  row('SUSPENDED, always', 't2v', { on: 'submit', task: 'SUSPENDED' }, ends(5, 'queued'), brief),
  row('UNKNOWN, always', 't2v', { on: 'submit', task: 'UNKNOWN' }, ends(5, 'queued'), brief),
  row('401 InvalidApiKey', 't2v', { on, status: 401, code: 'InvalidApiKey' }, ends(3, 'queued')),
  row('403 AccessDenied', 't2v', { on, status: 403, code: 'AccessDenied' }, ends(3, 'queued')),
  row(
    '302 to another host',
    't2v',
    { on, status: 302, headers: { Location: 'http://127.0.0.1:9/' } },
    ends(6, 'queued'),
  ),
  row('503, asked once', 't2v', { on, status: 503 }, ends(6, 'queued'), { second: ['status'] }),
  row('HTML, asked once', 't2v', { on, body: page }, ends(6, 'queued'), { second: ['status'] }),
];

const ended: Row[] = [
  row('FAILED', 't2v', { on: 'submit', task: 'FAILED', code: 'InternalError.Algo' }, ends(9, 'failed')),
  row(
    'FAILED for an unreadable input',
    't2v',
    { on: 'submit', task: 'FAILED', code: 'InvalidURL' },
    ends(9, 'failed'),
  ),
  row(
    'FAILED by the content filter',
    't2v',
    { on: 'submit', task: 'FAILED', code: 'DataInspectionFailed' },
    ends(10, 'failed'),
  ),
  row('CANCELED', 't2v', { on: 'submit', task: 'CANCELED' }, ends(9, 'canceled')),
  row('CANCELLED', 't2v', { on: 'submit', task: 'CANCELLED' }, ends(9, 'canceled')),
];

const hour = 3_600_000;
const late: Row[] = [
  row('asked for a day and an hour later', 't2v', [], ends(11, 'queued'), {
    hasty: true,
    second: ['wait'],
    pass: 25 * hour,
  }),
  row('not to be seen two minutes later', 't2v', { on, task: 'UNKNOWN', times: 99 }, ends(11, 'queued'), {
    hasty: true,
    second: ['wait'],
    pass: 120_000,
  }),
];

matrix('tasks', [...passing, ...stopped, ...ended, ...late]);
