import type { Asset } from '../core/asset.ts';
import { cleanKey, isKey } from '../core/clean-key.ts';
import {
  AuthError,
  errorOfClass,
  NoKeyError,
  UploadUnavailableError,
  UsageError,
  WanError,
} from '../core/errors.ts';
import { retryAfterMs } from '../core/http.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { describeRefusal, redirectError, requestIdOf } from '../core/refusal.ts';
import { normalizeBase } from '../providers/base-url.ts';
import type { FormUpload } from '../providers/upload.ts';
import { notKey } from './account.ts';
import type { Connection } from './runtime.ts';
import { checkSize, Patience, uniqueName } from './upload-steps.ts';
import type { UploadOrder, UploadTools } from './upload-order.ts';

/** A host of the provider's own takes the file. Where its key goes is decided here, never by a reply. */
export async function uploadByForm(
  tools: UploadTools,
  connection: Connection,
  upload: FormUpload,
  { asset, onProgress }: UploadOrder,
): Promise<{ url: string; expiresAt: string | undefined }> {
  const { protocol } = connection.provider;
  const { base, key } = planForm(tools, connection, upload, asset);
  const patience = new Patience(tools);
  for (;;) {
    // Each attempt follows from how the one before it ended.
    // oxlint-disable-next-line no-await-in-loop
    const outcome = await tools.uploading.post({
      url: `${base}${upload.path}`,
      headers: { authorization: `Bearer ${key}` },
      fields: [],
      file: { field: upload.field, name: uniqueName(asset, tools.random), asset },
      apiBase: base,
      onProgress: (sent) => onProgress(sent, asset.bytes),
    });
    const reply = outcome.kind === 'reply' ? outcome.reply : undefined;
    const status = reply?.status ?? 0;
    const read = status >= 200 && status < 300 ? upload.readUrl(reply?.json) : undefined;
    if (read !== undefined) return read;
    const requestId = reply === undefined ? undefined : requestIdOf(reply);
    if (status >= 300 && status < 400) throw redirectError(status, requestId);
    const refusal = protocol.readRefusal(reply?.json);
    const why =
      outcome.kind === 'reply'
        ? (describeRefusal(refusal) ?? `the service answered ${status}`)
        : outcome.reason;
    const message = `${asset.name} could not be uploaded: ${why}`;
    const details = { code: refusal?.code ?? (status === 0 ? undefined : String(status)), requestId };
    const hint = 'host the file and give its https address';
    const afterMs = reply === undefined ? undefined : retryAfterMs(reply.headers, tools.clock.now());
    if (status === 413) throw new UsageError(message, { ...details, hint: 'make the file smaller' });
    const meaning = protocol.meaningOf(status, refusal ?? { code: undefined, message: '', requestId });
    const mayPass = reply === undefined || status === 408 || status === 429 || status >= 500;
    const isGone = status === 404 || status === 405 || (status >= 200 && status < 300);
    const error =
      isGone || (mayPass && status !== 429)
        ? new UploadUnavailableError(message, { ...details, hint, retryable: mayPass })
        : errorOfClass(meaning.class, message, {
            ...details,
            hint: meaning.class === 'auth' ? upload.noKeyHint : (meaning.hint ?? hint),
          });
    if (!mayPass) throw error;
    // oxlint-disable-next-line no-await-in-loop
    await patience.waitOrThrow(error, afterMs);
  }
}

/** Where a form would go, with which key. Sends nothing. @throws {WanError} for what rules the upload out */
export function planForm(
  tools: Pick<UploadTools, 'uploading' | 'notice'>,
  connection: Connection,
  upload: FormUpload,
  asset: Asset,
): { base: string; key: string } {
  checkSize(asset, upload.maxBytes, connection.provider.title);
  return destination(tools, connection, upload);
}

/** @throws {AuthError} without a key for it, or where the key may not go there; {UsageError} without an address */
function destination(
  tools: Pick<UploadTools, 'uploading' | 'notice'>,
  connection: Connection,
  upload: FormUpload,
): { base: string; key: string } {
  const own = new URL(connection.base);
  const ownOrigin = `${own.origin}${upload.basePath}`;
  const isOwnKey = upload.keyVariables.length === 0;
  // The sandbox inside the command: no variable counts, and no real key.
  if (connection.region === 'sandbox') {
    return { base: ownOrigin, key: isOwnKey ? connection.key : `platform-${connection.key}` };
  }
  const { variable } = tools.uploading;
  const baseName = upload.baseVariables.find((name) => (variable(name)?.trim() ?? '') !== '');
  const keyName = upload.keyVariables.find((name) => cleanKey(variable(name) ?? '') !== '');
  const key = isOwnKey ? connection.key : cleanKey(variable(keyName ?? '') ?? '');
  if (key === '') {
    throw new NoKeyError(`${connection.provider.title} takes local files only with a key for uploads`, {
      hint: upload.noKeyHint,
    });
  }
  if (!isKey(key)) throw notKey(`in ${keyName}`);
  if (baseName === undefined) {
    if (isLoopbackHost(own.hostname)) return { base: ownOrigin, key };
    if (!connection.isCustomBase || !isOwnKey)
      return { base: `https://${upload.host}${upload.basePath}`, key };
    throw new UsageError(`nothing says where ${own.host} takes local files`, {
      hint: `set ${upload.baseVariables.join(' or ')}, or host the file and give its https address`,
    });
  }
  const base = readBase(baseName, variable(baseName) ?? '', upload);
  const { host, hostname, origin } = new URL(base);
  if (host === upload.host || origin === own.origin) return { base, key };
  // Whether the connection's key is a stored one is only known by looking where else it may have come from.
  const isFromEnvironment =
    !isOwnKey ||
    connection.provider.keyVariables.some((name) => cleanKey(variable(name) ?? '') === connection.key);
  if (!isFromEnvironment) {
    throw new AuthError(`the stored key is not for ${host}, so no file is sent there`, {
      hint: `unset ${baseName}, or set ${connection.provider.keyVariables[0]}`,
    });
  }
  if (!isLoopbackHost(hostname)) tools.notice(`the key for uploads is sent to ${host}, as ${baseName} says`);
  return { base, key };
}

function readBase(name: string, text: string, { basePath }: FormUpload): string {
  try {
    return normalizeBase({ basePath, baseSuffixes: ['/api/v1'] }, text);
  } catch (error) {
    if (!(error instanceof WanError)) throw error;
    throw error.with({ hint: `set ${name} to https://host${basePath}` });
  }
}
