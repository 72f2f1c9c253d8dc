import { matrix } from './matrix.ts';
import { row, type Row } from './row.ts';

// A rendered and paid video on its way to the disk. Whatever happens, it is one submit.

const page = '<html><title>Sign in</title></html>';
const noVideo = 'This has the right length, and is no video at all. '.repeat(50);
const on = 'download';
const saved = [0, 'saved', '1/1', 'saved'] as [number, 'saved', '1/1', string];
const kept = (file: 'none' | 'part' | 'unverified'): [number, typeof file, '1/1', string] => [
  13,
  file,
  '1/1',
  'succeeded',
];
const cut = { on, drop: 'mid' };
/** What the second request for the rest is answered with, after the first was cut. */
const thenAnswer = (fault: object) => [cut, { on, after: 1, ...fault }];

const hasty = { hasty: true } as const;
const once = (fault: string, rule: object, more: Partial<Row> = hasty) =>
  row(fault, 't2v', { on, ...rule }, saved, more);

const passing: Row[] = [
  once('reset before the answer', { drop: 'before' }),
  once('reset after the question', { drop: 'after' }, {}),
  once('reset in the video', { drop: 'mid' }, {}),
  once('reset in the video, four times', { drop: 'mid', times: 4 }),
  ...[408, 429, 500, 502, 503, 504].map((status) =>
    once(`${status}`, { status, headers: { 'Retry-After': '0' } }),
  ),
  once('403, then good with a fresh link', { status: 403 }, {}),
  once('404, then good with a fresh link', { status: 404 }, {}),
  once('HTML, once', { body: page }),
  once('an empty file, once', { truncate: 0 }),
  once('a shorter file, once, by its checksum', { truncate: 1000 }),
  once('slow', { delay: '300ms' }, {}),
  once('Content-Length too long', { headers: { 'Content-Length': '99999999' } }),
  once('Content-Length too short', { headers: { 'Content-Length': '1000' } }),
  once('a part that nobody asked for', { status: 206, headers: { 'Content-Range': 'bytes 0-9/10' } }),
  row('no Range: the whole file again', 't2v', thenAnswer({ range: 'ignore' }), saved, hasty),
  row(
    'Content-Range of another place',
    't2v',
    thenAnswer({ headers: { 'Content-Range': 'bytes 5-9/10' } }),
    saved,
    hasty,
  ),
  row(
    'Content-Range of another length',
    't2v',
    thenAnswer({ headers: { 'Content-Range': 'bytes 100-198/199' } }),
    saved,
    hasty,
  ),
  row('416 for the rest', 't2v', thenAnswer({ status: 416 }), saved, hasty),
  row('another ETag for the rest', 't2v', thenAnswer({ headers: { ETag: '"another"' } }), saved, hasty),
  row('another ETag at first', 't2v', { ...cut, headers: { ETag: '"another"' } }, saved, hasty),
  row('a weak ETag', 't2v', { ...cut, headers: { ETag: 'W/"weak"' } }, saved, hasty),
];

const failing: Row[] = [
  row('403, always', 't2v', { on, status: 403, times: 99 }, kept('none')),
  row('404, always', 't2v', { on, status: 404, times: 99 }, kept('none')),
  row('503, always', 't2v', { on, status: 503, times: 99 }, kept('none'), hasty),
  row('HTML, always', 't2v', { on, body: page, times: 99 }, kept('none'), hasty),
  row('an empty file, always', 't2v', { on, truncate: 0, times: 99 }, kept('none'), hasty),
  row(
    'cut at the same place, always',
    't2v',
    { on, range: 'ignore', truncate: 900, drop: 'mid', times: 99 },
    kept('part'),
    hasty,
  ),
  row(
    'a redirect loop',
    't2v',
    { on, status: 302, headers: { Location: 'a.mp4?x=1' }, times: 99 },
    kept('none'),
  ),
  row(
    'no video, of the right length',
    't2v',
    { on, body: noVideo, headers: { 'Content-MD5': '' } },
    kept('unverified'),
  ),
  row('not what its checksum says, twice', 't2v', { on, body: noVideo, times: 2 }, kept('unverified'), hasty),
  row(
    'in a coding nobody asked for',
    't2v',
    { on, headers: { 'Content-Encoding': 'gzip' }, times: 9 },
    kept('none'),
  ),
  row(
    'a redirect to no address',
    't2v',
    { on, status: 302, headers: { Location: 'file:///etc/passwd' } },
    kept('none'),
  ),
];

const hour = 3_600_000;
const later: Row[] = [
  row('the link has expired, the task has not', 't2v', { on, status: 403 }, saved, {
    second: ['download'],
    pass: hour,
  }),
  row('the link and the task have expired', 't2v', [], [11, 'none', '1/1', 'queued'], {
    hasty: true,
    second: ['download'],
    pass: 25 * hour,
  }),
];

matrix('downloads', [...passing, ...failing, ...later]);
