import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { awsChunked } from '../helpers/file-server.ts';
import type { IncomingHttpHeaders } from 'node:http';
import type { RudeReply } from '../helpers/rude-server.ts';
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
  once('404 for some seconds', { status: 404, times: 5 }),
  once('in a coding that its bytes are not in', { headers: { 'Content-Encoding': 'gzip' }, times: 9 }, {}),
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
  row('404, always', 't2v', { on, status: 404, times: 99 }, kept('none'), hasty),
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

const video = readFileSync(new URL('../fixtures/moov-first.mp4', import.meta.url));

/** A service whose task is done at once, and whose video is fetched by these answers. */
const fetching = (
  fault: string,
  expected: Parameters<typeof row>[3],
  answer: (url: string, origin: string, asked: IncomingHttpHeaders) => RudeReply,
) =>
  row(fault, 't2v', [], expected, {
    hasty: true,
    video,
    script:
      (origin, accept) =>
      ({ method, url, headers }) => {
        if (url.includes('.mp4')) return answer(url, origin(), headers);
        if (method === 'POST') accept();
        const done = { task_status: 'SUCCEEDED', video_url: `${origin()}/a.mp4?Expires=4000000000` };
        return { body: { output: { task_id: 't-1', ...(method === 'POST' ? {} : done) } } };
      },
  });

let cuts = 0;
const elsewhere: Row[] = [
  fetching('a redirect to another host', saved, (url, origin, asked) => {
    if (url.startsWith('/b.mp4'))
      return asked.authorization === undefined ? { body: video } : { status: 400 };
    return { status: 307, headers: { location: `${origin.replace('127.0.0.1', 'localhost')}/b.mp4?x=%2F` } };
  }),
  fetching('a redirect loop over two hosts', kept('none'), (_url, origin, asked) => {
    const other =
      asked.host?.startsWith('localhost') === true ? origin : origin.replace('127.0.0.1', 'localhost');
    return { status: 302, headers: { location: `${other}/a.mp4` } };
  }),
  fetching('reset in the video, and no ETag', saved, () => ({
    body: video,
    ...((cuts += 1) === 1 ? { cutAfter: 500 } : {}),
  })),
  fetching('packed with gzip', saved, () => ({
    body: gzipSync(video),
    headers: { 'content-encoding': 'gzip' },
  })),
  fetching('packed with gzip, which nobody says', saved, () => ({ body: gzipSync(video) })),
  fetching('in the chunks of a signed upload', saved, () => ({
    body: awsChunked(video),
    headers: { 'content-encoding': 'aws-chunked' },
  })),
  fetching('headers of 100 KB', saved, () => ({
    body: video,
    headers: { 'x-policy': 'p'.repeat(100_000) },
  })),
];

matrix('downloads', [...passing, ...failing, ...later, ...elsewhere]);
