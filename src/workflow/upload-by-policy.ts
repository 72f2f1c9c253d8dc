import { NetworkError, UploadUnavailableError, UsageError } from '../core/errors.ts';
import { retryAfterMs } from '../core/http.ts';
import { requestIdOf } from '../core/refusal.ts';
import type { PolicyUpload } from '../providers/upload.ts';
import type { Connection } from './runtime.ts';
import { askForPolicy } from './upload-policy.ts';
import { checkSize, Patience, uniqueName } from './upload-steps.ts';
import type { UploadOrder, UploadTools } from './upload-order.ts';

const maxExpired = 2;
const urlHint = 'host the file and give its https address';

/** The store that a policy names takes the file. Every attempt has a policy and a name of its own. */
export async function uploadByPolicy(
  tools: UploadTools,
  connection: Connection,
  upload: PolicyUpload,
  { model, asset, onProgress }: UploadOrder,
): Promise<{ url: string; expiresAt?: undefined }> {
  const patience = new Patience(tools);
  for (let expired = 0; ;) {
    // Each attempt follows from how the one before it ended.
    // oxlint-disable-next-line no-await-in-loop
    const policy = await askForPolicy(tools, connection, upload, model);
    checkSize(asset, policy.maxBytes, `${connection.provider.title} for ${model}`);
    const name = uniqueName(asset, tools.random);
    const { fields, url } = policy.form(name);
    // No key goes to a host that a reply named.
    // oxlint-disable-next-line no-await-in-loop
    const outcome = await tools.uploading.post({
      url: policy.host,
      headers: {},
      fields,
      file: { field: 'file', name, asset },
      apiBase: connection.base,
      onProgress: (sent) => onProgress(sent, asset.bytes),
    });
    if (outcome.kind !== 'reply') {
      // oxlint-disable-next-line no-await-in-loop
      await patience.waitOrThrow(unavailable(`${asset.name} could not be uploaded: ${outcome.reason}`, true));
      continue;
    }
    const { status, headers, text } = outcome.reply;
    if (upload.isStored(status, text)) return { url };
    const refusal = upload.readStoreRefusal(text);
    const code = refusal?.code ?? String(status);
    const said = refusal?.code ?? (status < 300 ? 'with something that is no answer of a store' : '');
    const message = `${asset.name} could not be uploaded: the store answered ${status} ${said}`.trimEnd();
    const details = { code, requestId: refusal?.requestId ?? requestIdOf(outcome.reply), hint: urlHint };
    switch (upload.meaningOf(status, refusal)) {
      case 'expired':
        expired += 1;
        if (expired > maxExpired) {
          throw new NetworkError(`${message}: the policy had expired, ${expired} times`, {
            ...details,
            retryable: true,
          });
        }
        break;
      case 'too-large':
        throw new UsageError(message, { ...details, hint: 'make the file smaller' });
      case 'again':
        // oxlint-disable-next-line no-await-in-loop
        await patience.waitOrThrow(
          new UploadUnavailableError(message, { ...details, retryable: true }),
          retryAfterMs(headers, tools.clock.now()),
        );
        break;
      case 'refused':
        throw new UploadUnavailableError(message, details);
    }
  }
}

function unavailable(message: string, retryable: boolean): UploadUnavailableError {
  return new UploadUnavailableError(message, { retryable, hint: urlHint });
}
