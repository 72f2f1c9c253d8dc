import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { bundle } from '../helpers/bundle.ts';
import { killChildren, startChild } from '../store/child-process.ts';

afterEach(killChildren);

const piece = Buffer.from(Array.from({ length: 1 << 20 }, (_, index) => (index * 7) & 0xff));
const pieces = 256;
/** A good deal more than it takes, and less than the bytes that would wait. */
const maxMegabytes = 160;

/** Sends as fast as it is taken, and closes the connection right behind the last byte. */
async function send(socket: Socket, head: string, from = 0, to = pieces * piece.length): Promise<void> {
  socket.write(head);
  for (let at = from; at < to && !socket.destroyed;) {
    const next = piece.subarray(at % piece.length, Math.min(piece.length, (at % piece.length) + to - at));
    at += next.length;
    // oxlint-disable-next-line no-await-in-loop
    if (!socket.write(next)) await new Promise((resolve) => socket.once('drain', resolve));
  }
}

const length = `Content-Length: ${pieces * piece.length}\r\n`;
const heads = {
  'that is kept alive': `${length}Connection: keep-alive\r\n`,
  'that is closed': `${length}Connection: close\r\n`,
  'of HTTP/1.0, that is closed': length,
  'whose end is the end of the file': 'Connection: close\r\n',
};

/** Has a process fetch the file from a server that answers each request so. */
async function fetchFrom(answer: (socket: Socket, request: string) => Promise<void>) {
  const directory = await mkdtemp(path.join(tmpdir(), 'wan-memory-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const script = await bundle('test/net/transfer-memory-child.ts', directory);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (request) => void answer(socket, request.toString()));
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const link = `http://127.0.0.1:${(server.address() as AddressInfo).port}/clip.mp4`;
  const part = path.join(directory, 'clip.mp4.part');
  const [bytes, kilobytes] = (await startChild(script, [link, part]).ask()).split(' ');
  expect(Number(bytes)).toBe(pieces * piece.length);
  const wanted = createHash('sha256');
  for (let count = 0; count < pieces; count += 1) wanted.update(piece);
  const got = createHash('sha256');
  for await (const chunk of createReadStream(part)) got.update(chunk as Buffer);
  expect(got.digest('hex')).toBe(wanted.digest('hex'));
  expect(Number(kilobytes) / 1000).toBeLessThan(maxMegabytes);
}

test.each(Object.entries(heads))(
  'memory does not grow with a file on a connection %s',
  async (name, head) => {
    const version = name.includes('1.0') ? 'HTTP/1.0' : 'HTTP/1.1';
    await fetchFrom(async (socket) => {
      await send(socket, `${version} 200 OK\r\nContent-Type: video/mp4\r\n${head}\r\n`);
      socket.end();
    });
  },
);

test('a connection that is to be closed and is reset before harms nothing but itself', async () => {
  let resets = 0;
  await fetchFrom(async (socket, request) => {
    const from = Number(/^range: bytes=(\d+)-/imu.exec(request)?.[1] ?? 0);
    const total = pieces * piece.length;
    const part = from === 0 ? '' : `Content-Range: bytes ${from}-${total - 1}/${total}\r\n`;
    const headers = `Content-Length: ${total - from}\r\n${part}ETag: "one"\r\nConnection: close\r\n\r\n`;
    const cut = Math.min(total, from + 100 * piece.length);
    await send(socket, `HTTP/1.1 ${from === 0 ? 200 : 206} OK\r\n${headers}`, from, cut);
    if (cut === total) return void socket.end();
    resets += 1;
    socket.resetAndDestroy();
  });
  expect(resets).toBeGreaterThan(1);
});
