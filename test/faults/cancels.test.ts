import { notBeforePassed } from '../helpers/sandbox.ts';
import { matrix } from './matrix.ts';
import { row, type CommandName } from './row.ts';

// Taking a paid job back. Only what the service shows afterwards is believed, and what is billed anyway is said.

const page = '<html><title>Sign in</title></html>';
const on = 'cancel';

/** A job in the queue of a service that takes an hour, and then a cancel. */
const cancel = (
  fault: string,
  rule: object | undefined,
  exit: number,
  record: string,
  pass = 0,
  command: CommandName = 't2v',
) =>
  row(fault, command, rule === undefined ? [] : { on, ...rule }, [exit, 'none', '1/1', record], {
    hasty: true,
    second: ['cancel'],
    latencyMs: notBeforePassed,
    pass,
  });

matrix('cancels', [
  cancel('none, while it is queued', undefined, 0, 'canceled'),
  cancel('none, while it runs', undefined, 1, 'running', notBeforePassed / 2),
  cancel('none, once it is done', undefined, 1, 'succeeded', notBeforePassed * 2),
  cancel('reset before it acts', { drop: 'before' }, 0, 'canceled'),
  cancel('reset after it acted', { drop: 'after' }, 0, 'canceled'),
  cancel('reset in the answer', { drop: 'mid' }, 0, 'canceled'),
  ...[408, 429, 500, 503].map((status) => cancel(`${status}, once`, { status }, 0, 'canceled')),
  cancel('503, always', { status: 503, times: 99 }, 6, 'queued'),
  cancel('HTML, though it acted', { body: page }, 0, 'canceled'),
  cancel('401 InvalidApiKey', { status: 401, code: 'InvalidApiKey', times: 9 }, 3, 'queued'),
  cancel('400 UnsupportedOperation, once', { status: 400, code: 'UnsupportedOperation' }, 0, 'canceled'),
  cancel('there is no cancel', undefined, 1, 'queued', 0, 'acedata t2v'),
  cancel('there is no cancel', undefined, 1, 'queued', 0, 'sinancode i2v'),
]);
