import { matrix } from './matrix.ts';
import { row, type Outcome } from './row.ts';

// The list that a lost submit is looked for in. As long as it cannot be read, the job stays as it is.

const page = '<html><title>Sign in</title></html>';
const on = 'list';
const lost = { on: 'submit', drop: 'after' };
const found: Outcome = { exit: 0, file: 'saved', submits: '1/1', record: 'saved' };
const open: Outcome = { exit: 14, file: 'none', submits: '1/1', record: 'unconfirmed' };

const resumed = (fault: string, rule: object, resume: Outcome) =>
  row(fault, 't2v', [lost, { on, ...rule }], [14, 'none', '1/1', 'unconfirmed'], { hasty: true, resume });

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
]);
