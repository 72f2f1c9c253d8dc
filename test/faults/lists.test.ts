import { matrix } from './matrix.ts';
import { row, type Outcome } from './row.ts';

// The list that a lost submit is looked for in. As long as it cannot be read, the job stays as it is.

const page = '<html><title>Sign in</title></html>';
const on = 'list';
const lost = { on: 'submit', drop: 'after' };
/** The sender reads a page at once, for the service's clock. The fault waits for `resume`. */
const after = 1;
const found: Outcome = { exit: 0, file: 'saved', submits: '1/1', record: 'saved' };
const open: Outcome = { exit: 14, file: 'none', submits: '1/1', record: 'unconfirmed' };

const resumed = (fault: string, rule: object, resume: Outcome) =>
  row(fault, 't2v', [lost, { on, after, ...rule }], [14, 'none', '1/1', 'unconfirmed'], {
    hasty: true,
    resume,
  });

/** The submit was lost before it made a task, and the time is over in which one could appear. */
const never = (fault: string, rules: readonly object[], pass: number, resume: Outcome) =>
  row(fault, 't2v', [{ on: 'submit', drop: 'before' }, ...rules], [14, 'none', '1/0', 'unconfirmed'], {
    hasty: true,
    pass,
    resume,
  });
const stays: Outcome = { exit: 14, file: 'none', submits: '1/0', record: 'unconfirmed' };
const ended: Outcome = { exit: 6, file: 'none', submits: '1/0', record: 'failed' };
const minutes = 60_000;
const page1 = { on, times: 1 };

matrix('lists', [
  resumed('reset before the answer', { drop: 'before' }, found),
  resumed('reset after the question', { drop: 'after' }, found),
  resumed('reset in the answer', { drop: 'mid' }, found),
  ...[408, 429, 500, 503].map((status) => resumed(`${status}, once`, { status }, found)),
  resumed('HTML, once', { body: page }, found),
  resumed('truncated, once', { truncate: 50 }, found),
  resumed('503, always', { status: 503, times: 99 }, open),
  resumed('HTML, always', { body: page, times: 99 }, open),
  resumed('401 InvalidApiKey', { status: 401, code: 'InvalidApiKey', times: 99 }, open),
  resumed('data is a text', { body: '{"total":1,"data":"none"}', times: 99 }, open),
  resumed('ids that are numbers', { body: '{"total":1,"data":[{"task_id":5}]}', times: 99 }, open),
  resumed('fewer tasks than it counts', { body: '{"total":9,"data":[]}', times: 99 }, open),
  resumed('fewer tasks than it counts, once', { body: '{"total":9,"data":[]}' }, found),
  resumed('no Date', { headers: { date: '' }, times: 99 }, found),
  never('none, nine minutes later', [], 9 * minutes, stays),
  never('none, ten minutes later', [], 10 * minutes, ended),
  never('none, a day later', [], 24 * 60 * minutes, stays),
  never('none, and the sender could not read it', [{ ...page1, status: 503 }], 11 * minutes, stays),
  never('none, and no Date', [{ on, times: 99, headers: { date: '' } }], 11 * minutes, stays),
  never(
    'none, and a Date of yesterday',
    [{ on, after, times: 99, headers: { date: 'Thu, 01 Jan 2026 00:00:00 GMT' } }],
    11 * minutes,
    stays,
  ),
]);
