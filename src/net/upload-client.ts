import { NetworkError } from '../core/errors.ts';
import type { SendOutcome } from '../core/http.ts';
import type { Redact } from '../core/redact.ts';
import { withoutSecrets } from './client.ts';
import type { Dispatchers } from './dispatchers.ts';
import { isPrivateHost, publicLookup, shownLink } from './link-policy.ts';
import { postForm, type Form } from './post-form.ts';

export type UploadCall = {
  /** Where the form goes, perhaps by a reply's word. */
  url: string;
  headers: Record<string, string>;
  form: Form;
  /** The API that it belongs to: only one that is private itself may name private hosts, or plain http. */
  apiBase: string;
  onProgress: (sentBytes: number) => void;
  signal: AbortSignal;
};

export type UploadClient = (call: UploadCall) => Promise<SendOutcome>;

/** A store may take a while to answer after the last byte. */
const stallMs = 120_000;

/** Posts forms with files, after a look at where they go. Replies lose any key that they echo. */
export function createUploadClient(options: {
  dispatchers: Pick<Dispatchers, 'shared'>;
  userAgent: string;
  redact: Redact;
  trace: (message: string) => void;
}): UploadClient {
  const { dispatchers, userAgent, redact, trace } = options;
  return async ({ url: address, headers, form, apiBase, onProgress, signal }) => {
    const mayBePrivate = isPrivateHost(new URL(apiBase).hostname);
    const url = uploadAddress(address, mayBePrivate);
    trace(`> POST ${url.origin}${url.pathname}, a form with ${form.file.bytes} bytes`);
    const outcome = await postForm(url, form, {
      dispatcher: dispatchers.shared(url, mayBePrivate ? undefined : publicLookup),
      headers: { 'user-agent': userAgent, accept: '*/*', ...headers },
      signal,
      stallMs,
      onProgress,
    });
    trace(outcome.kind === 'reply' ? `< ${outcome.reply.status}` : `< no answer: ${outcome.reason}`);
    return outcome.kind === 'reply' ? withoutSecrets(outcome, redact) : outcome;
  };
}

/**
 * The address of an upload that may be followed: https to a public host, unless the API is private itself.
 * @throws {NetworkError}
 */
export function uploadAddress(address: string, mayBePrivate: boolean): URL {
  const refused = (why: string) =>
    new NetworkError(`the service wants the file sent to ${why}: ${shownLink(address)}`, {
      hint: 'nothing was sent; host the file and give its https address',
    });
  if (!/^https?:\/\//iu.test(address) || !URL.canParse(address)) throw refused('what is no web address');
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') throw refused('an address with a password in it');
  const isPrivate = isPrivateHost(url.hostname);
  if (isPrivate && !mayBePrivate) throw refused('a private address');
  // Plain http stays inside the network where the API itself is.
  if (url.protocol === 'http:' && !isPrivate) throw refused('an address without https');
  return url;
}
