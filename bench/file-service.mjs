// A service with one finished task, one that never ends, and a video, for bench/download.mjs. It is a process of its
// own, so that serving costs the program under measure nothing but its share of the machine.
//   node bench/file-service.mjs <bytes of the video> <bytes a second for each connection, 0: all there is>
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [bytes, bytesPerSecond] = process.argv.slice(2).map(Number);
const film = readFileSync(new URL('../test/fixtures/moov-first.mp4', import.meta.url));
// A real film, and behind it a `free` box that holds all the rest.
const boxHeader = Buffer.alloc(8);
boxHeader.writeUInt32BE(bytes - film.length, 0);
boxHeader.write('free', 4, 'latin1');
const head = Buffer.concat([film, boxHeader]);
const pieceBytes = 1024 * 1024;
const filling = Buffer.from(Uint8Array.from({ length: 2 * pieceBytes }, (_, at) => (at * 7) ^ (at >> 8)));
const etag = '"bench"';
const burstBytes = 128 * 1024;

/** The bytes from an offset on, one piece at most. */
function pieceAt(offset, end) {
  if (offset < head.length) return head.subarray(offset, Math.min(end, head.length));
  const start = (offset - head.length) % pieceBytes;
  return filling.subarray(start, start + Math.min(pieceBytes, end - offset));
}

/** A token bucket: what a connection may send at this moment, saved up for a few milliseconds only. */
class Bucket {
  #tokens = 0;
  #at = performance.now();

  room() {
    const now = performance.now();
    this.#tokens = Math.min(burstBytes, this.#tokens + ((now - this.#at) / 1000) * bytesPerSecond);
    this.#at = now;
    return Math.floor(this.#tokens);
  }

  take(count) {
    this.#tokens -= count;
  }
}

function sendVideo(request, response) {
  const range = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.range ?? '');
  const isPart = range !== null && (request.headers['if-range'] ?? etag) === etag;
  const first = isPart ? Number(range[1]) : 0;
  const end = isPart && range[2] !== '' ? Math.min(Number(range[2]) + 1, bytes) : bytes;
  response.writeHead(isPart ? 206 : 200, {
    'content-type': 'video/mp4',
    'content-length': end - first,
    'accept-ranges': 'bytes',
    etag,
    ...(isPart ? { 'content-range': `bytes ${first}-${end - 1}/${bytes}` } : {}),
  });
  // Of the connection, not of the request: asking again gains nothing.
  const bucket = bytesPerSecond > 0 ? (request.socket.bucket ??= new Bucket()) : undefined;
  let at = first;
  const send = () => {
    while (at < end && !response.destroyed) {
      const room = bucket?.room() ?? pieceBytes;
      if (room < Math.min(32 * 1024, end - at)) {
        setTimeout(send, 2);
        return;
      }
      const piece = pieceAt(at, Math.min(end, at + room));
      at += piece.length;
      bucket?.take(piece.length);
      if (!response.write(piece)) {
        response.once('drain', send);
        return;
      }
    }
    response.end();
  };
  send();
}

const server = createServer((request, response) => {
  if (request.url === '/video.mp4') {
    sendVideo(request, response);
    return;
  }
  const id = request.url.split('/').at(-1);
  const output = {
    task_id: id,
    ...(id.startsWith('0')
      ? { task_status: 'SUCCEEDED', video_url: `http://127.0.0.1:${server.address().port}/video.mp4` }
      : { task_status: 'RUNNING' }),
  };
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ request_id: 'bench', output }));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
