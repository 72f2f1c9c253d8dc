import { matrix } from './matrix.ts';
import { row } from './row.ts';

// Where the other two services mean something else: no list to look in, and a 429 that promises nothing.

const on = 'submit';
const ace = 'acedata t2v';
const saved = [0, 'saved', '1/1', 'saved'] as [number, 'saved', '1/1', string];
const hasty = { hasty: true } as const;
const sinan = 'sinancode i2v';
const json = (body: object) => () => [{ body }];
/** Without a promised list nothing can be found out, and nothing is sent again. */
const blind = (submits: '1/0' | '1/1') => ({
  resume: { exit: 14, file: 'none', submits, record: 'unconfirmed' } as const,
});
/** AceData's history is promised nowhere, and shows prompts where it works. */
const found = { resume: { exit: 0, file: 'saved', submits: '1/1', record: 'saved' } } as const;

matrix('gateways', [
  row('429 too_many_requests', ace, { on, status: 429, code: 'too_many_requests' }, [
    4,
    'none',
    '1/0',
    'failed',
  ]),
  row('403 used_up', ace, { on, status: 403, code: 'used_up' }, [4, 'none', '1/0', 'failed']),
  row('403 forbidden', ace, { on, status: 403, code: 'forbidden' }, [10, 'none', '1/0', 'failed']),
  row('401 invalid_token', ace, { on, status: 401, code: 'invalid_token' }, [3, 'none', '1/0', 'failed']),
  row('200 that says forbidden', ace, [], [10, 'none', '1/0', 'failed'], {
    hasty: true,
    script: json({ success: false, error: { code: 'forbidden', message: 'No.' }, trace_id: 'r' }),
  }),
  row('200 that says used_up', ace, [], [4, 'none', '1/0', 'failed'], {
    hasty: true,
    script: json({ success: false, error: { code: 'used_up', message: 'No.' }, trace_id: 'r' }),
  }),
  row('200 that fails for no known reason', ace, [], [14, 'none', '1/0', 'unconfirmed'], {
    ...blind('1/0'),
    hasty: true,
    script: json({ success: false, error: { code: 'new' } }),
  }),
  row('200 that says api_error', ace, [], [14, 'none', '1/0', 'unconfirmed'], {
    ...blind('1/0'),
    hasty: true,
    script: json({ success: false, error: { code: 'api_error', message: 'Oh.' } }),
  }),
  row(
    '500 api_error',
    ace,
    { on, status: 500, code: 'api_error' },
    [14, 'none', '1/0', 'unconfirmed'],
    blind('1/0'),
  ),
  row(
    '504 timeout',
    ace,
    { on, status: 504, code: 'timeout' },
    [14, 'none', '1/0', 'unconfirmed'],
    blind('1/0'),
  ),
  row(
    '503 bad_request',
    ace,
    { on, status: 503, code: 'bad_request' },
    [14, 'none', '1/0', 'unconfirmed'],
    blind('1/0'),
  ),
  row('reset after it acted', ace, { on, drop: 'after' }, [14, 'none', '1/1', 'unconfirmed'], found),
  row('no task id', ace, { on, body: '{"success":true}' }, [14, 'none', '1/1', 'unconfirmed'], found),
  row('the question: reset in the answer', ace, { on: 'query', drop: 'mid' }, saved, hasty),
  row('the question: 503', ace, { on: 'query', status: 503 }, saved, hasty),
  row('the question: 429', ace, { on: 'query', status: 429, headers: { 'Retry-After': '0' } }, saved, hasty),
  row('an unknown task, once', ace, { on: 'query', task: 'UNKNOWN' }, [0, 'saved', '1/1', 'saved']),
  row('FAILED', ace, { on, task: 'FAILED' }, [9, 'none', '1/1', 'failed']),
  row('FAILED by the content filter', ace, { on, task: 'FAILED', code: 'forbidden' }, [
    10,
    'none',
    '1/1',
    'failed',
  ]),
  row('CANCELED', ace, { on, task: 'CANCELED' }, [9, 'none', '1/1', 'failed']),
  row('the record is a text, once', ace, { on: 'query', body: '"T"' }, [0, 'saved', '1/1', 'saved']),

  row('429', sinan, { on, status: 429 }, [4, 'none', '1/0', 'failed']),
  row('500', sinan, { on, status: 500 }, [14, 'none', '1/0', 'unconfirmed'], blind('1/0')),
  row(
    'a code in place of a task id',
    sinan,
    { on, body: '{"error_code":"E1"}' },
    [14, 'none', '1/1', 'unconfirmed'],
    blind('1/1'),
  ),
  row('reset after it acted', sinan, { on, drop: 'after' }, [14, 'none', '1/1', 'unconfirmed'], blind('1/1')),
  row('FAILED', sinan, { on, task: 'FAILED' }, [9, 'none', '1/1', 'failed']),
]);
