import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export type RudeRequest = {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
};

/** What the server does to one request. */
export type RudeReply =
  /** Cuts the connection: before reading the request's body, or once it has it all. */
  | { drop: 'unread' | 'before' }
  /** Never answers. */
  | { hang: true }
  | {
      status?: number;
      headers?: Record<string, string>;
      /** Text is sent as it is, an object as JSON. */
      body?: string | Uint8Array | object;
      /** Bytes of the body that are sent before the connection is cut. The Content-Length promises all of it. */
      cutAfter?: number;
    };

export type RudeServer = {
  /** `http://127.0.0.1:port` */
  origin: string;
  port: number;
  /** In the order in which they arrived. */
  requests: RudeRequest[];
  close: () => Promise<void>;
};

/** Replies in their order; the last one stays. A function decides by the request. */
export type RudeScript = readonly RudeReply[] | ((request: RudeRequest, number: number) => RudeReply);

/** An HTTP server on a free port of 127.0.0.1 that does what the script says. It goes when the test ends. */
export async function rudeServer(script: RudeScript): Promise<RudeServer> {
  const requests: RudeRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    const seen: RudeRequest = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: '',
    };
    const number = requests.push(seen);
    const decide = () =>
      (typeof script === 'function' ? script(seen, number) : (script[number - 1] ?? script.at(-1))) ?? {};
    if (Array.isArray(script)) {
      const reply = decide();
      if ('drop' in reply && reply.drop === 'unread') {
        request.socket.destroy();
        return;
      }
    }
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.body = Buffer.concat(chunks).toString();
      const reply = decide();
      if ('hang' in reply) return;
      if ('drop' in reply) {
        request.socket.destroy();
        return;
      }
      const body = toBytes(reply.body);
      response.writeHead(reply.status ?? 200, {
        'content-type': isPlain(reply.body) ? 'text/html' : 'application/json',
        'content-length': body.length,
        ...reply.headers,
      });
      if (reply.cutAfter === undefined) {
        response.end(body);
        return;
      }
      response.flushHeaders();
      response.write(body.subarray(0, reply.cutAfter), () => request.socket.destroySoon());
    });
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
  let closed: Promise<void> | undefined;
  const close = () =>
    (closed ??= new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    }));
  onTestFinished(close);
  return { origin: `http://127.0.0.1:${address.port}`, port: address.port, requests, close };
}

function isPlain(body: string | Uint8Array | object | undefined): boolean {
  return typeof body === 'string' || body instanceof Uint8Array;
}

function toBytes(body: string | Uint8Array | object | undefined): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(JSON.stringify(body));
}
