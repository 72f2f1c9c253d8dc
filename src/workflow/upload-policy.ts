import { errorOfClass, NetworkError, UploadUnavailableError, type WanError } from '../core/errors.ts';
import { retryAfterMs, type HttpReply } from '../core/http.ts';
import { describeRefusal, redirectError, requestIdOf } from '../core/refusal.ts';
import type { Provider } from '../providers/provider.ts';
import type { PolicyUpload, UploadPolicy } from '../providers/upload.ts';
import type { Connection } from './runtime.ts';
import { Patience } from './upload-steps.ts';
import type { UploadTools } from './upload-order.ts';

/**
 * A policy from the configured base, or from the region's shared host where a workspace's own host gives none: no
 * document says which of them do.
 */
export async function askForPolicy(
  tools: UploadTools,
  connection: Connection,
  upload: PolicyUpload,
  model: string,
): Promise<UploadPolicy> {
  const shared = sharedBase(connection);
  const bases = shared === undefined ? [connection.base] : [connection.base, shared];
  const patience = new Patience(tools);
  for (let index = 0; ;) {
    const base = bases[index] ?? connection.base;
    // One question after the other.
    // oxlint-disable-next-line no-await-in-loop
    const answer = await ask(tools, { ...connection, base }, upload, model);
    if (answer.kind === 'policy') return answer.policy;
    const mayMove = answer.kind !== 'refused' && answer.isFromServer;
    if (mayMove && index + 1 < bases.length) index += 1;
    else if (answer.kind !== 'passing') throw answer.error;
    // oxlint-disable-next-line no-await-in-loop
    else await patience.waitOrThrow(answer.error, answer.afterMs);
  }
}

/** Only among the provider's own hosts, never from a custom base. */
function sharedBase(connection: Connection): string | undefined {
  const provider: Provider = connection.provider;
  const { region, isCustomBase, base } = connection;
  if (isCustomBase || region === undefined || region === 'sandbox') return undefined;
  const host = provider.sharedHosts[region];
  const shared = host === undefined ? undefined : `https://${host}${provider.basePath}`;
  return shared === base ? undefined : shared;
}

type PolicyAnswer =
  | { kind: 'policy'; policy: UploadPolicy }
  | { kind: 'refused'; error: WanError }
  | { kind: 'unavailable' | 'passing'; error: WanError; isFromServer: boolean; afterMs?: number | undefined };

async function ask(
  tools: UploadTools,
  connection: Connection,
  upload: PolicyUpload,
  model: string,
): Promise<PolicyAnswer> {
  const outcome = await tools.send(connection, upload.policyCall(model));
  if (outcome.kind !== 'reply') {
    const message = `the service could not be reached for an upload: ${outcome.reason}`;
    return { kind: 'passing', isFromServer: false, error: new NetworkError(message, { retryable: true }) };
  }
  return judge(outcome.reply, connection, upload, tools.clock.now());
}

function judge(reply: HttpReply, connection: Connection, upload: PolicyUpload, nowMs: number): PolicyAnswer {
  const { protocol } = connection.provider;
  const { status, json, headers } = reply;
  const policy = status >= 200 && status < 300 ? upload.readPolicy(json) : undefined;
  if (policy !== undefined) return { kind: 'policy', policy };
  const requestId = requestIdOf(reply);
  // A policy costs nothing: one that broke off is asked for again.
  if (status < 300 && reply.trouble !== undefined) {
    const message = `the service could not be reached for an upload: ${reply.trouble}`;
    return { kind: 'passing', isFromServer: false, error: new NetworkError(message, { retryable: true }) };
  }
  if (status >= 300 && status < 400) return { kind: 'refused', error: redirectError(status, requestId) };
  const refusal = protocol.readRefusal(json);
  const meaning = protocol.meaningOf(status, refusal ?? { code: undefined, message: '', requestId });
  const said = describeRefusal(refusal) ?? `the service answered ${status} and gave no policy`;
  const message = `no upload to ${new URL(connection.base).host}: ${said}`;
  const details = { code: refusal?.code ?? String(status), requestId: refusal?.requestId ?? requestId };
  const hint = 'host the file and give its https address';
  const isUnsupported =
    status < 300 || status === 404 || status === 405 || /not? support|unsupported/iu.test(said);
  if (isUnsupported && meaning.class !== 'auth' && meaning.isAboutModel !== true) {
    const error = new UploadUnavailableError(message, { ...details, hint });
    return { kind: 'unavailable', isFromServer: true, error };
  }
  if (status >= 500) {
    const error = new UploadUnavailableError(message, { ...details, hint, retryable: true });
    return { kind: 'passing', isFromServer: true, error, afterMs: retryAfterMs(headers, nowMs) };
  }
  const error = errorOfClass(meaning.class, message, { ...details, hint: meaning.hint });
  if (status === 408 || (status === 429 && meaning.retryable === true))
    return { kind: 'passing', isFromServer: false, error, afterMs: retryAfterMs(headers, nowMs) };
  return { kind: 'refused', error };
}
