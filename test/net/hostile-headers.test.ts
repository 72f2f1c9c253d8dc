import { createHash } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NotSavedError } from '../../src/core/errors.ts';
import type { Downloaded } from '../../src/net/transfer.ts';
import { sha256, sha256Of, useDownloads, video } from '../helpers/download-world.ts';
import { controls, hostileText, mutated } from '../helpers/hostile-text.ts';

// A server below HTTP's own manners: header lines as bytes, any of them wrong, and then the whole file.

const world = useDownloads();
let server: Server;
let origin: string;
let head = '';
let asked: string[] = [];
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (request) => {
      asked.push(request.toString('latin1'));
      socket.end(Buffer.concat([Buffer.from(head, 'latin1'), video]));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** How a download ended. Anything but a file or a NotSavedError is thrown. */
async function outcome(changes: object = {}): Promise<Downloaded | NotSavedError> {
  return world.download({ link: `${origin}/clip.mp4`, ...changes }).catch((error: unknown) => {
    if (error instanceof NotSavedError) return error;
    throw error;
  });
}

async function clean(): Promise<void> {
  for (const name of await readdir(world.directory)) await rm(`${world.directory}/${name}`);
}

/** Header values may hold any byte but line ends, which would make another header of them. */
const value = fc.oneof(
  hostileText.map((text) =>
    Buffer.from(text)
      .toString('latin1')
      .replaceAll(/[\r\n\0]/gu, ''),
  ),
  fc.constantFrom(
    '',
    '0',
    '5',
    '-1',
    '1e3',
    ' 200000 ',
    '200000',
    '199999',
    '200001',
    '0x10',
    '9'.repeat(30),
  ),
  fc.constantFrom('"one"', 'one', '"a"b"', '*', 'bytes', 'none', 'bytes 0-199999/200000'),
  fc.constantFrom(
    'bytes 5-9/10',
    'bytes */200000',
    'gzip',
    'identity',
    'chunked',
    'AAAAAAAAAAAAAAAAAAAAAA==',
  ),
  fc.constantFrom('Fri, 20 Nov 2026 12:00:00 GMT', 'Wed, 31 Feb 1999 99:99:99', 'video/mp4', 'text/html'),
);
const name = fc.constantFrom(
  'Content-Length',
  'Content-Range',
  'Accept-Ranges',
  'ETag',
  'Last-Modified',
  'Content-Type',
  'Content-MD5',
  'x-oss-hash-crc64ecma',
  'Content-Encoding',
  'Content-Disposition',
  'Retry-After',
  'Location',
  'Set-Cookie',
);
const weak: fc.Arbitrary<[string, string]> = fc.constant(['ETag', 'W/"one"']);
const headers = fc.array(fc.oneof({ weight: 5, arbitrary: fc.tuple(name, value) }, weak), { maxLength: 6 });
const lines = (pairs: [string, string][]) => pairs.map(([key, text]) => `${key}: ${text}\r\n`).join('');

describe('whatever the headers say', () => {
  test('what is called whole is what was sent, as far as its length said', async () => {
    await fc.assert(
      fc.asyncProperty(headers, fc.constantFrom(200, 200, 206, 302, 403, 416, 503), async (pairs, status) => {
        await clean();
        head = `HTTP/1.1 ${status} X\r\n${lines(pairs)}Connection: close\r\n\r\n`;
        const result = await outcome();
        if (result instanceof NotSavedError) {
          expect(`${result.message} ${result.hint ?? ''}`).not.toMatch(controls);
          return;
        }
        const saved = await readFile(result.partPath);
        expect(saved.length).toBe(result.bytes);
        expect(video.subarray(0, saved.length).equals(saved)).toBe(true);
        expect(result.sha256).toBe(sha256Of(saved));
        // Less than all only where a length said so; nothing here sends the answer to a Range that was never asked.
        if (saved.length < video.length) expect(head).toMatch(/content-length/iu);
        expect(status).toBe(200);
      }),
      { numRuns: 50 },
    );
  });

  test('they never come back as anything but a strong tag or a date', async () => {
    await fc.assert(
      fc.asyncProperty(headers, async (pairs) => {
        await clean();
        asked = [];
        // Longer than the file, so that every attempt is cut short and the next one continues.
        const own = pairs.filter(([key]) => !/^(?:content-(?:length|encoding)|location)$/iu.test(key));
        head = `HTTP/1.1 200 OK\r\n${lines(own)}Content-Length: ${video.length + 1000}\r\n\r\n`;
        await outcome();
        for (const request of asked) {
          const condition = /^if-range: (.*)$/imu.exec(request)?.[1]?.trimEnd();
          expect(/^W\//iu.test(condition ?? '')).toBe(false);
          expect(request).not.toMatch(/^(?:cookie|authorization):/imu);
          if (condition !== undefined) expect(own.map(([, text]) => text.trim())).toContain(condition);
        }
      }),
      { numRuns: 25 },
    );
  });
});

test('whatever an earlier run recorded, a file with a checksum ends whole or not at all', async () => {
  const md5 = createHash('md5').update(video).digest('base64');
  const remote = { etag: '"one"', contentType: 'video/mp4', totalBytes: video.length, md5 };
  const record = mutated([
    { schema: 1, owner: 'job000000001', remote, ranges: [[0, 50_000]] },
    { schema: 1, owner: 'job000000001', remote, ranges: [[0, video.length]] },
    {
      schema: 1,
      owner: 'job000000001',
      remote: { ...remote, crc64: '123' },
      ranges: [
        [0, 10],
        [20, 50_000],
      ],
    },
  ]);
  world.server.behave({ headers: { 'content-md5': md5 } });
  await fc.assert(
    fc.asyncProperty(record, fc.nat(video.length), fc.boolean(), async (value_, length, isOurs) => {
      await clean();
      const present = Buffer.from(video.subarray(0, length));
      // Bytes that somebody changed since they were recorded.
      if (!isOurs) present.fill(0, 0, Math.min(5, length));
      await writeFile(world.partPath, present);
      await writeFile(`${world.partPath}.json`, JSON.stringify(value_) ?? '');
      const result = await outcome({ link: `${world.server.origin}/clip.mp4` });
      if (result instanceof NotSavedError) return;
      // A record that lost the checksum, or holds another, is only as good as what it says.
      if (result.checked.includes('md5')) expect(result.sha256).toBe(sha256);
      expect(sha256Of(await readFile(result.partPath))).toBe(result.sha256);
    }),
    { numRuns: 50 },
  );
});
