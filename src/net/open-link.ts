import type { LookupFunction } from 'node:net';
import type { Dispatcher } from 'undici';
import { NotSavedError } from '../core/errors.ts';
import { BodyQueue, type Flow } from './body-queue.ts';
import { holdSocket, onConnection } from './held-socket.ts';
import { nextHop, publicLookup, refusePrivateHost, shownLink, splitLink } from './link-policy.ts';

export type OpenOptions = {
  /**
   * The connection for an address. `lookup` must become the `connect.lookup` of every direct connection made for it:
   * it keeps names that resolve to private addresses out. Undefined where those are allowed.
   */
  dispatcher: (url: URL, lookup: LookupFunction | undefined) => Dispatcher;
  /** Loopback and private targets: only where the API base is one itself. */
  allowPrivate: boolean;
  signal: AbortSignal;
};

export type Answer = {
  status: number;
  /** Names in lower case; a header sent several times is left out, because it contradicts itself. */
  headers: Readonly<Record<string, string>>;
  body: Pick<BodyQueue, 'take'>;
  /** Drops what is left of the body, and its connection. */
  discard: () => void;
};

const maxRedirects = 5;
const dropped = new Error('not needed any more');
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * GETs a link, following redirects, each of which is held against the same rules. No key, no cookie is ever sent.
 * @throws NotSavedError for a link that may not be followed; the connection's error otherwise
 */
export async function openLink(
  link: string,
  headers: Readonly<Record<string, string>>,
  options: OpenOptions,
): Promise<Answer> {
  let here = link;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    // Each redirect must be known before the next request.
    // oxlint-disable-next-line no-await-in-loop
    const answer = await getOnce(here, headers, options);
    const location = answer.headers['location'];
    if (!redirects.has(answer.status) || location === undefined) return answer;
    answer.discard();
    here = nextHop(here, location);
  }
  throw new NotSavedError(`${shownLink(link)} redirects more than ${maxRedirects} times`);
}

function getOnce(
  link: string,
  headers: Readonly<Record<string, string>>,
  { dispatcher, allowPrivate, signal }: OpenOptions,
): Promise<Answer> {
  const target = splitLink(link);
  if (!allowPrivate) refusePrivateHost(target);
  const connection = dispatcher(target.url, allowPrivate ? undefined : publicLookup);
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const body = new BodyQueue();
    let flow: Flow | undefined;
    let abort: ((reason: Error) => void) | undefined;
    const fail = (error: unknown) => {
      signal.removeEventListener('abort', onAbort);
      body.finish(error);
      reject(error);
    };
    const onAbort = () => {
      fail(signal.reason);
      abort?.(dropped);
    };
    signal.addEventListener('abort', onAbort);
    connection.dispatch(
      {
        origin: target.origin,
        path: target.path,
        method: 'GET',
        headers: { 'user-agent': 'wan-cli', accept: '*/*', 'accept-encoding': 'identity', ...headers },
        // The caller watches for stalls, redirects and the time before the connection stands included.
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      {
        onRequestStart: (controller) => {
          abort = (reason) => {
            controller.abort(reason);
          };
          if (signal.aborted) abort(dropped);
          else
            onConnection((socket) => {
              flow = holdSocket(socket);
            });
        },
        onResponseStart: (_controller, status, raw) => {
          if (status < 200) return;
          resolve({ status, headers: singleHeaders(raw), body, discard: () => abort?.(dropped) });
        },
        onResponseData: (_controller, chunk) => {
          body.push(chunk, flow);
        },
        onResponseEnd: () => {
          signal.removeEventListener('abort', onAbort);
          abort = undefined;
          body.finish();
        },
        onResponseError: (_controller, error) => {
          abort = undefined;
          fail(error);
        },
      },
    );
  });
}

function singleHeaders(raw: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(raw).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
