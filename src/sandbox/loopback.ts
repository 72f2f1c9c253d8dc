import { request } from 'node:http';
import type { LookupFunction } from 'node:net';

const timeoutMs = 2000;

/**
 * True for this machine itself. Stricter than the client's rule: names below `localhost` are whatever a resolver makes
 * of them, and the sandbox asks none.
 */
export function isLoopbackHost(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/^\[(.*)\]$/u, '$1');
  return name === 'localhost' || name === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/u.test(name);
}

/** True for an http address of this machine: the only kind that the sandbox ever connects to. */
export function isLoopbackUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && isLoopbackHost(hostname);
}

// `localhost` is not asked of any resolver, which could answer with another machine.
const lookup: LookupFunction = (_hostname, options, callback) => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  if (options.all === true) callback(null, addresses);
  else callback(null, '127.0.0.1', 4);
};

/** What a server on this machine answered. */
export type LoopbackReply = {
  status: number;
  /** The first bytes of the body. */
  head: Buffer;
  /** The whole length, where it is known. */
  sizeBytes: number | undefined;
};

/**
 * One request to this machine, without redirects, given 2 s. Reads at most `maxBytes` of the reply.
 * @param options.longest bytes; a reply that says it has more is not read at all
 * @throws for any other address, and when nobody answers in time
 */
export async function callLoopback(
  url: string,
  {
    method = 'GET',
    body,
    maxBytes = 0,
    longest = Infinity,
  }: { method?: 'GET' | 'POST'; body?: string; maxBytes?: number; longest?: number } = {},
): Promise<LoopbackReply> {
  if (!isLoopbackUrl(url)) throw new Error('the sandbox connects to this machine only');
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const call = request(url, {
      method,
      headers,
      lookup,
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
    });
    call.once('error', reject);
    call.once('response', (response) => {
      const chunks: Buffer[] = [];
      let received = 0;
      const promised = response.headers['content-length'];
      const done = () => {
        const length = Number(promised ?? received);
        const head = Buffer.concat(chunks).subarray(0, maxBytes);
        resolve({
          status: response.statusCode ?? 0,
          head,
          sizeBytes: Number.isSafeInteger(length) ? length : undefined,
        });
        call.destroy();
      };
      if (Number(promised ?? 0) > longest) return done();
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        received += chunk.length;
        if (received >= maxBytes) done();
      });
      response.once('end', done);
      response.once('error', reject);
    });
    call.end(body);
  });
}
