import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** One request as it arrived. */
export type ReceivedRequest = {
  method: string;
  /** Path and query, byte for byte. */
  path: string;
  headers: IncomingHttpHeaders;
};

/** How the server misbehaves for one request. Without any of it, it serves the file properly, ranges included. */
export type Behaviour = {
  /** Another file from now on. */
  file?: Uint8Array;
  etag?: string | null;
  lastModified?: string;
  /** Answer 200 with the whole file, whatever range was asked for. */
  ignoreRange?: boolean;
  /** Cut the connection after so many bytes of the body. */
  cutAfter?: number;
  /** Send so many bytes of the body, then nothing more, and leave the connection open. */
  stallAfter?: number;
  /** Send so many bytes of the body, and the rest when the promise resolves. */
  hold?: { after: number; until: Promise<unknown> };
  /** Send the body in pieces of so many bytes. */
  dripBytes?: number;
  /** With so long a pause behind each. */
  dripMs?: number;
  /** Answer with this status, headers and body instead. */
  status?: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Without a Content-Length: chunked. */
  chunked?: boolean;
  /** Cut the connection before answering. */
  drop?: boolean;
  /** Do something the moment the request arrives. */
  onRequest?: () => void;
};

export type FileServer = {
  /** `http://127.0.0.1:port` */
  origin: string;
  port: number;
  requests: ReceivedRequest[];
  /** One behaviour for each coming request; the last one stays. */
  behave: (...behaviours: Behaviour[]) => void;
  /** The behaviour is decided when the request is there: its number counts from 1. */
  decide: (how: (request: ReceivedRequest, number: number) => Behaviour) => void;
  /** How many answers were under way at once, at most. */
  mostAtOnce: () => number;
  close: () => Promise<void>;
};

/** A file server on a free port of 127.0.0.1, which does to each request what the test wants done. */
export async function startFileServer(file: Uint8Array): Promise<FileServer> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  let queue: Behaviour[] = [{}];
  let decided: ((request: ReceivedRequest, number: number) => Behaviour) | undefined;
  let open = 0;
  let mostOpen = 0;
  let current = file;
  const server = createServer((request, response) => {
    const received = { method: request.method ?? '', path: request.url ?? '', headers: request.headers };
    const number = requests.push(received);
    const behaviour = decided?.(received, number) ?? (queue.length > 1 ? queue.shift() : queue[0]) ?? {};
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    response.on('close', () => {
      open -= 1;
    });
    current = behaviour.file ?? current;
    behaviour.onRequest?.();
    void answer(request, response, current, behaviour);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  const { port } = address;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    requests,
    behave: (...behaviours) => {
      queue = behaviours;
      decided = undefined;
    },
    decide: (how) => {
      decided = how;
    },
    mostAtOnce: () => mostOpen,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  file: Uint8Array,
  behaviour: Behaviour,
): Promise<void> {
  if (behaviour.drop === true) {
    request.socket.destroy();
    return;
  }
  const etag = behaviour.etag === undefined ? '"one"' : behaviour.etag;
  const validators = {
    ...(etag === null ? {} : { etag }),
    ...(behaviour.lastModified === undefined ? {} : { 'last-modified': behaviour.lastModified }),
  };
  const range = behaviour.ignoreRange === true ? undefined : readRange(request, validators, file.length);
  const isPart = range !== undefined && behaviour.status === undefined;
  const body = Buffer.from(behaviour.body ?? (isPart ? file.subarray(...range) : file));
  response.writeHead(behaviour.status ?? (isPart ? 206 : 200), {
    'content-type': 'video/mp4',
    'accept-ranges': 'bytes',
    ...validators,
    ...(behaviour.chunked === true ? {} : { 'content-length': body.length }),
    ...(isPart ? { 'content-range': `bytes ${range[0]}-${range[1] - 1}/${file.length}` } : {}),
    ...behaviour.headers,
  });
  response.flushHeaders();
  const end = behaviour.cutAfter ?? behaviour.stallAfter ?? body.length;
  const step = behaviour.dripBytes ?? Math.max(1, end);
  const send = async (from: number, to: number) => {
    for (let at = from; at < to && !response.destroyed; at += step) {
      const piece = body.subarray(at, Math.min(at + step, to));
      // Each piece is to be flushed before the next: otherwise a cut would swallow it.
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => {
        response.write(piece, resolve);
      });
      // oxlint-disable-next-line no-await-in-loop
      if (behaviour.dripMs !== undefined) await setTimeout(behaviour.dripMs);
    }
  };
  const held = Math.min(behaviour.hold?.after ?? 0, end);
  await send(0, held);
  await behaviour.hold?.until;
  await send(held, end);
  if (behaviour.cutAfter !== undefined) request.socket.destroySoon();
  else if (behaviour.stallAfter === undefined) response.end();
}

/** Where the range begins and ends that was asked for, the end not included. */
function readRange(
  request: IncomingMessage,
  validators: Record<string, string>,
  length: number,
): [number, number] | undefined {
  const match = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.range ?? '');
  const condition = request.headers['if-range'];
  const isSame = condition === undefined || Object.values(validators).includes(String(condition));
  if (match === null || !isSame) return undefined;
  return [Number(match[1]), match[2] === '' ? length : Math.min(Number(match[2]) + 1, length)];
}

/** As S3's clients frame what they sign while they send it. */
export function awsChunked(
  bytes: Uint8Array,
  pieceBytes = 1000,
  signature = `;chunk-signature=${'ab'.repeat(32)}`,
): Buffer {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  const frame = (piece: Uint8Array) => [
    Buffer.from(`${piece.length.toString(16)}${signature}\r\n`),
    piece,
    Buffer.from('\r\n'),
  ];
  return Buffer.concat([...pieces, new Uint8Array()].flatMap(frame));
}
