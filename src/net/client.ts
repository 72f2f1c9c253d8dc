import type { SendOutcome } from '../core/http.ts';
import type { Redact } from '../core/redact.ts';
import { oneLine } from '../core/plain-text.ts';
import { requestIdOf } from '../core/refusal.ts';
import type { HttpCall } from '../providers/protocol.ts';
import type { Dispatchers } from './dispatchers.ts';
import { parseJson } from './parse-json.ts';
import { sendOnce } from './send.ts';

/** Where a call goes, and the headers that carry its key. */
export type Target = { base: string; headers: Record<string, string> };

export type CallOptions = { fresh?: boolean; timeoutMs?: number; signal: AbortSignal };

export type ApiClient = (target: Target, call: HttpCall, options: CallOptions) => Promise<SendOutcome>;

const defaultTimeoutMs = 60_000;

/** Sends a provider's calls. Replies lose any key that a service echoes before anybody reads them. */
export function createApiClient(options: {
  dispatchers: Dispatchers;
  userAgent: string;
  redact: Redact;
  trace: (message: string) => void;
  now: () => number;
}): ApiClient {
  const { dispatchers, userAgent, redact, trace, now } = options;
  return async (target, call, { fresh = false, timeoutMs = defaultTimeoutMs, signal }) => {
    const url = new URL(`${target.base}${call.path}`);
    const dispatcher = fresh ? dispatchers.fresh(url) : dispatchers.shared(url);
    const startMs = now();
    trace(`> ${call.method} ${url.origin}${url.pathname}`);
    try {
      const outcome = await sendOnce(call.method, url, call.body, {
        dispatcher,
        headers: { 'user-agent': userAgent, ...target.headers, ...call.headers },
        timeoutMs,
        signal,
      });
      trace(`< ${summary(outcome)}, ${now() - startMs} ms`);
      return outcome.kind === 'reply' ? withoutSecrets(outcome, redact) : outcome;
    } finally {
      // Not awaited: the answer is here, and a slow goodbye is nobody's business.
      if (fresh) void dispatcher.destroy().catch(() => {});
    }
  };
}

/**
 * Every part is cleaned by itself: JSON can spell a key in ways that its text does not show. Controls go first, where
 * they could stand inside of one; JSON is read from what came, because a prompt is compared letter by letter.
 */
export function withoutSecrets({ reply }: SendOutcome & { kind: 'reply' }, redact: Redact): SendOutcome {
  const text = redact(oneLine(unescaped(reply.text)));
  const headers = Object.fromEntries(
    Object.entries(reply.headers).map(([name, value]) => [name, redact(value)]),
  );
  return { kind: 'reply', reply: { ...reply, headers, text, json: parseJson(reply.text, redact) } };
}

/** `\u0073k-…`: also in JSON that was cut, and so is never read as such. */
function unescaped(text: string): string {
  return text
    .replaceAll('\\/', '/')
    .replaceAll(/\\u([0-9a-f]{4})/giu, (_whole, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
}

function summary(outcome: SendOutcome): string {
  if (outcome.kind !== 'reply')
    return `${outcome.kind === 'lost' ? 'no answer' : 'not sent'}: ${outcome.reason}`;
  const id = requestIdOf(outcome.reply);
  return `${outcome.reply.status}${id === undefined ? '' : `, request id ${id}`}`;
}
