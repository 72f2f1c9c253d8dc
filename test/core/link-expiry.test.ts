import { expect, test } from 'vitest';
import { expiredAt } from '../../src/core/link-expiry.ts';

const end = 1_795_262_400;
const link = `https://h/a.mp4?Expires=${end}&Signature=x`;
const oss = (more: string) => `<?xml version="1.0"?><Error><Code>AccessDenied</Code>${more}</Error>`;
const before = { serverMs: (end - 60) * 1000 };
const later = { serverMs: (end + 60) * 1000 };

test.each<[string, Partial<Parameters<typeof expiredAt>[1]>, string, object | undefined]>([
  ['the page says so', { text: oss('<Message>Request has expired.</Message>') }, link, { ms: end * 1000 }],
  [
    'the page says when',
    { text: oss('<Message>Request has expired.</Message><Expires>2026-11-20T12:00:00Z</Expires>') },
    'https://h/a.mp4',
    { ms: Date.UTC(2026, 10, 20, 12) },
  ],
  [
    'the page says when, its clock that it is over',
    { text: oss('<Expires>2026-11-20T12:00:00Z</Expires>'), ...later },
    'https://h/',
    { ms: Date.UTC(2026, 10, 20, 12) },
  ],
  ['nobody says when', { text: '{"code":"ExpiredToken"}' }, 'https://h/a.mp4', {}],
  ['a plain text', { text: 'URL signature expired', status: 401 }, 'https://h/a.mp4', {}],
  ['the link’s time is over by the server’s clock', { ...later }, link, { ms: end * 1000 }],
  [
    '… as it is written today',
    { ...later },
    'https://h/a?x-oss-date=20261120T000000Z&x-oss-expires=3600',
    { ms: Date.UTC(2026, 10, 20, 1) },
  ],
  ['another reason', { text: oss('<Message>You have no right.</Message>') }, link, undefined],
  ['another reason, in time', { text: oss(''), ...before }, link, undefined],
  ['nothing at all', {}, 'https://h/a.mp4', undefined],
  ['it is not there', { status: 404, text: 'request has expired', ...later }, link, undefined],
  ['the server is down', { status: 503, ...later }, link, undefined],
])('%s', (_name, refusal, address, expected) => {
  expect(expiredAt(address, { status: 403, text: '', serverMs: undefined, ...refusal })).toEqual(expected);
});
