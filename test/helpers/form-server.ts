import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';

export type SeenForm = {
  url: string;
  headers: IncomingHttpHeaders;
  bytes: number;
  sha256: string;
  isWhole: boolean;
};

type FormReply = {
  status?: number;
  headers?: Record<string, string>;
  /** Answers on the head alone, and takes nothing of the body. */
  isEarly?: boolean;
};

/** A server that swallows forms of any size: of each only length and hash stay. The first reply serves all. */
export async function formServer(reply: FormReply = {}) {
  const forms: SeenForm[] = [];
  let onBytes = (_bytes: number) => {};
  const server = createServer((request, response) => {
    const hash = createHash('sha256');
    const seen: SeenForm = {
      url: request.url ?? '',
      headers: request.headers,
      bytes: 0,
      sha256: '',
      isWhole: false,
    };
    forms.push(seen);
    request.on('error', () => {});
    if (reply.isEarly === true) {
      response.writeHead(reply.status ?? 200, { connection: 'close', ...reply.headers });
      response.end();
      return;
    }
    request.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      seen.bytes += chunk.length;
      onBytes(seen.bytes);
    });
    request.on('end', () => {
      seen.sha256 = hash.digest('hex');
      seen.isWhole = true;
      response.writeHead(reply.status ?? 200, reply.headers);
      response.end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: new URL(`http://127.0.0.1:${address.port}/form`),
    forms,
    watch: (watcher: (bytes: number) => void) => {
      onBytes = watcher;
    },
  };
}
