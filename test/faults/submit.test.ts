import { closedBase } from '../helpers/in-process.ts';
import { matrix } from './matrix.ts';
import { row, type Row } from './row.ts';

// Answers to the one call that costs money, line by line of what they mean.

const page = '<html><title>Sign in</title></html>';
const on = 'submit';
const tooFast = { on, status: 429, code: 'Throttling.RateQuota', headers: { 'Retry-After': '0' } };
const elsewhere = { Location: 'http://127.0.0.1:9/elsewhere' };

const neverSent: Row[] = [
  row('nobody listens', 't2v', [], [6, 'none', '0/0', 'prepared'], {
    hasty: true,
    env: () => ({ DASHSCOPE_HTTP_BASE_URL: `${closedBase}/api/v1` }),
  }),
  row('TLS is not what answers', 't2v', [], [6, 'none', '0/0', 'prepared'], {
    hasty: true,
    env: (origin) => ({ DASHSCOPE_HTTP_BASE_URL: `${origin.replace('http:', 'https:')}/api/v1` }),
  }),
  row('the proxy refuses to connect', 't2v', [], [6, 'none', '0/0', 'prepared'], {
    hasty: true,
    flags: ['--region', 'beijing'],
    env: () => ({ DASHSCOPE_HTTP_BASE_URL: '', HTTPS_PROXY: closedBase }),
  }),
];

const refused: Row[] = [
  row('429, once', 't2v', tooFast, [0, 'saved', '2/1', 'saved']),
  row('429, always', 't2v', { ...tooFast, times: 9 }, [4, 'none', '6/0', 'failed']),
  row('429 that asks for an hour', 't2v', { ...tooFast, headers: { 'Retry-After': '3600' } }, [
    4,
    'none',
    '1/0',
    'failed',
  ]),
  row('429 without a code', 't2v', { ...tooFast, body: page }, [0, 'saved', '2/1', 'saved']),
  row('429 PostpaidBillOverdue', 't2v', { ...tooFast, code: 'PostpaidBillOverdue' }, [
    4,
    'none',
    '1/0',
    'failed',
  ]),
  row('400 Arrearage', 't2v', { on, status: 400, code: 'Arrearage' }, [4, 'none', '1/0', 'failed']),
  row('302 to another host', 't2v', { on, status: 302, headers: elsewhere }, [6, 'none', '1/0', 'failed']),
  row('307 to another host', 't2v', { on, status: 307, headers: elsewhere }, [6, 'none', '1/0', 'failed']),
  row('400 InvalidParameter', 't2v', { on, status: 400, code: 'InvalidParameter' }, [
    2,
    'none',
    '1/0',
    'failed',
  ]),
  row('400 nobody knows', 't2v', { on, status: 400, code: 'SomethingNew' }, [2, 'none', '1/0', 'failed']),
  row('400 DataInspectionFailed', 't2v', { on, status: 400, code: 'DataInspectionFailed' }, [
    10,
    'none',
    '1/0',
    'failed',
  ]),
  row('401 InvalidApiKey', 't2v', { on, status: 401, code: 'InvalidApiKey' }, [3, 'none', '1/0', 'failed']),
  row('403 AccessDenied', 't2v', { on, status: 403, code: 'AccessDenied' }, [3, 'none', '1/0', 'failed']),
  row('404 ModelNotFound', 't2v', { on, status: 404, code: 'ModelNotFound' }, [2, 'none', '1/0', 'failed']),
];

/** Nobody knows. It is never sent again; `wan resume` finds it, or does not find it yet. */
function unclear(fault: string, rule: object, isMade: boolean, more: Partial<Row> = {}): Row {
  const submits = isMade ? '1/1' : '1/0';
  return row(fault, 't2v', { on, ...rule }, [14, 'none', submits, 'unconfirmed'], {
    resume: isMade
      ? { exit: 0, file: 'saved', submits, record: 'saved' }
      : { exit: 14, file: 'none', submits, record: 'unconfirmed' },
    ...more,
  });
}

const odd = (fault: string, body: string) => unclear(fault, { body }, true, { hasty: true });

const unconfirmed: Row[] = [
  unclear('reset before it acts', { drop: 'before' }, false),
  unclear('reset after it acted', { drop: 'after' }, true),
  unclear('reset in the answer', { drop: 'mid' }, true),
  unclear('truncated', { truncate: 30 }, true),
  unclear('an empty answer', { body: '' }, true),
  unclear('HTML', { body: page }, true),
  odd('null', 'null'),
  odd('a list', '[{"task_id":"t"}]'),
  odd('no task id', '{"output":{"task_status":"PENDING"}}'),
  odd('a task id that is an object', '{"output":{"task_id":{"id":"t"}}}'),
  odd('a task id with a line end in it', '{"output":{"task_id":"t\\n::x"}}'),
  unclear('408', { status: 408 }, false),
  unclear('408 nobody knows', { status: 408, code: 'SomethingNew' }, false, { hasty: true }),
  unclear('500 nobody knows', { status: 500, code: 'SomethingNew' }, false),
  unclear('500 RequestTimeOut', { status: 500, code: 'RequestTimeOut' }, false),
  unclear('500 ResponseTimeout', { status: 500, code: 'ResponseTimeout' }, false),
  unclear('502, HTML', { status: 502, body: page }, false),
  unclear('503 without a code', { status: 503, body: '{"message":"Oh."}' }, false),
  unclear('504, HTML', { status: 504, body: page }, false),
];

/** The service's own failure is looked up at once, in case it made a task all the same; none yet proves nothing. */
const doubtful: Row[] = [
  unclear('500 InternalError.Algo', { status: 500, code: 'InternalError.Algo' }, false),
  unclear('503 ModelUnavailable', { status: 503, code: 'ModelUnavailable' }, false),
  row(
    '503, and a task that failed',
    't2v',
    { on, status: 503, task: 'FAILED' },
    [14, 'none', '1/1', 'unconfirmed'],
    {
      hasty: true,
      pass: 10 * 60_000,
      resume: { exit: 9, file: 'none', submits: '1/1', record: 'failed' },
    },
  ),
  row(
    '503, and a task that goes on',
    't2v',
    { on, status: 503, task: 'SUSPENDED' },
    [14, 'none', '1/1', 'unconfirmed'],
    {
      flags: ['--timeout', '1s'],
    },
  ),
];

const resumed: Row[] = [
  row(
    'reset before it acts; ten minutes',
    't2v',
    { on, drop: 'before' },
    [14, 'none', '1/0', 'unconfirmed'],
    {
      hasty: true,
      pass: 601_000,
      resume: { exit: 6, file: 'none', submits: '1/0', record: 'failed' },
    },
  ),
  row(
    'reset before it acts; sent again by word',
    't2v',
    { on, drop: 'before' },
    [14, 'none', '1/0', 'unconfirmed'],
    {
      hasty: true,
      pass: 601_000,
      resume: { flags: ['--resubmit'], exit: 0, file: 'saved', submits: '2/1', record: 'saved' },
    },
  ),
  row(
    'reset after it acted; sent again by word',
    't2v',
    { on, drop: 'after' },
    [14, 'none', '1/1', 'unconfirmed'],
    {
      resume: { flags: ['--resubmit'], exit: 0, file: 'saved', submits: '1/1', record: 'saved' },
    },
  ),
];

matrix('submit', [
  ...neverSent,
  ...refused,
  ...unconfirmed,
  ...doubtful,
  ...resumed,
  // The service knows no such task, and the job stays what the answer made of it.
  row(
    'a task id that is a number',
    't2v',
    { on, body: '{"output":{"task_id":17}}' },
    [11, 'none', '1/1', 'queued'],
    { hasty: true },
  ),
  row('slow', 't2v', { on, delay: '300ms' }, [0, 'saved', '1/1', 'saved']),
]);
