import { matrix } from './matrix.ts';
import { row } from './row.ts';

// Bringing a local file to the service. Nothing is paid yet: it is tried again, and in the end nothing was sent. Only
// where a model takes a small image in the request itself, it goes along there.

const page = '<html><title>Sign in</title></html>';
const saved = [0, 'saved', '1/1', 'saved'] as [number, 'saved', '1/1', string];
const notSent = (exit: number, record: string): [number, 'none', '0/0', string] => [
  exit,
  'none',
  '0/0',
  record,
];
const hasty = { hasty: true } as const;

const both = (['policy', 'upload'] as const).flatMap((on) => [
  row(`${on}: reset before it acts`, 'r2v', { on, drop: 'before' }, saved, hasty),
  row(`${on}: reset after it acted`, 'r2v', { on, drop: 'after' }, saved, hasty),
  row(`${on}: reset in the answer`, 'r2v', { on, drop: 'mid', body: 'x'.repeat(100) }, saved, hasty),
  row(`${on}: 429, once`, 'r2v', { on, status: 429, headers: { 'Retry-After': '0' } }, saved, hasty),
  row(`${on}: 503, once`, 'r2v', { on, status: 503 }, saved, hasty),
  row(`${on}: 503, always`, 'r2v', { on, status: 503, times: 99 }, notSent(6, 'prepared'), hasty),
  row(`${on}: 503, always`, 'i2v', { on, status: 503, times: 99 }, saved, hasty),
  row(`${on}: HTML, always`, 'r2v', { on, body: page, times: 99 }, notSent(6, 'prepared'), hasty),
]);

matrix('uploads', [
  ...both,
  row(
    'policy: 401 InvalidApiKey',
    'r2v',
    { on: 'policy', status: 401, code: 'InvalidApiKey' },
    notSent(3, 'failed'),
  ),
  row(
    'policy: a field of another type',
    'r2v',
    { on: 'policy', body: '{"data":{"policy":5}}' },
    notSent(6, 'prepared'),
  ),
  row(
    'upload: 403 Policy expired, once',
    'r2v',
    { on: 'upload', status: 403, code: 'AccessDenied', message: 'Policy expired' },
    saved,
  ),
  row('upload: 403', 'r2v', { on: 'upload', status: 403 }, notSent(6, 'prepared')),
  row('upload: 413', 'r2v', { on: 'upload', status: 413, code: 'EntityTooLarge' }, notSent(2, 'failed')),
  row(
    'submit: reset after it acted',
    'r2v',
    { on: 'submit', drop: 'after' },
    [14, 'none', '1/1', 'unconfirmed'],
    {
      resume: { exit: 0, file: 'saved', submits: '1/1', record: 'saved' },
    },
  ),
  row(
    'submit: the input could not be read',
    'r2v',
    { on: 'submit', status: 400, code: 'InvalidParameter.DataInspection' },
    [2, 'none', '1/0', 'failed'],
  ),
  row('upload: 503, four times', 'r2v', { on: 'upload', status: 503, times: 4 }, notSent(6, 'prepared'), {
    ...hasty,
    resume: { exit: 0, file: 'saved', submits: '1/1', record: 'saved' },
  }),
  row('upload: 503, once', 'acedata i2v', { on: 'upload', status: 503 }, saved, hasty),
  row('upload: 401', 'acedata i2v', { on: 'upload', status: 401 }, notSent(3, 'failed')),
  row(
    'upload: no address in the answer',
    'acedata i2v',
    { on: 'upload', body: '{"file_url":5}' },
    notSent(6, 'prepared'),
  ),
]);
