import type { Provider } from '../providers/provider.ts';
import type { CachedUpload, UploadIdentity } from '../store/uploads.ts';
import { isPlausible, uploadIdentity } from './cached-upload.ts';
import { planForm, uploadByForm } from './upload-by-form.ts';
import { uploadByPolicy } from './upload-by-policy.ts';
import type { Connection } from './runtime.ts';
import type { UploadOrder, UploadTools } from './upload-order.ts';

export type Uploaded = {
  url: string;
  /** ISO 8601; null where the service did not say. */
  expiresAt: string | null;
  /** True when nothing was sent, because an earlier upload still serves. */
  isCached: boolean;
};

/**
 * Brings a file to where the provider can read it, or finds that it is there already.
 * @throws {UsageError} too large, or changed since it was looked at; {AuthError} without a key for it, or refused;
 * {UploadUnavailableError} when files are not taken there; {NetworkError}; the signal's reason
 */
export async function uploadAsset(
  tools: UploadTools,
  connection: Connection,
  order: UploadOrder,
): Promise<Uploaded> {
  const provider: Provider = connection.provider;
  const { upload } = provider;
  const { cache } = tools.uploading;
  const identity = identityOf(connection, order);
  const known = await findUpload(tools, connection, identity);
  if (known !== undefined) return { url: known.url, expiresAt: known.expires_at, isCached: true };
  // A service counts the file's life from its arrival; from before the sending is never too long.
  const startMs = tools.clock.now();
  const sent =
    upload.kind === 'policy'
      ? await uploadByPolicy(tools, connection, upload, order)
      : await uploadByForm(tools, connection, upload, order);
  const [lifetimeMs, mostMs] =
    upload.kind === 'policy'
      ? [upload.lifetimeMs, upload.lifetimeMs]
      : [upload.assumedLifetimeMs, upload.maxLifetimeMs];
  const assumed = new Date(startMs + lifetimeMs).toISOString();
  const entry: CachedUpload = {
    url: sent.url,
    uploaded_at: new Date(startMs).toISOString(),
    expires_at: new Date(Math.min(Date.parse(sent.expiresAt ?? assumed), startMs + mostMs)).toISOString(),
  };
  // Without it the next run uploads again, which costs nothing but time.
  await cache.keep(identity, entry, tools.clock.now()).catch(() => {});
  return {
    url: sent.url,
    expiresAt: sent.expiresAt ?? (upload.kind === 'policy' ? assumed : null),
    isCached: false,
  };
}

/**
 * Finds what rules an upload out, and sends nothing: a plan that cannot work is better told before there is a job. A
 * file that is there already needs neither key nor address.
 * @throws {WanError} as `uploadAsset` would before its first byte
 */
export async function checkUpload(
  tools: Pick<UploadTools, 'clock' | 'uploading'>,
  connection: Connection,
  order: Pick<UploadOrder, 'model' | 'asset'>,
): Promise<void> {
  const { upload }: Provider = connection.provider;
  // A policy is asked for, and names the limit itself.
  if (upload.kind === 'policy') return;
  if ((await findUpload(tools, connection, identityOf(connection, order))) !== undefined) return;
  // Where the key goes is told when it goes.
  planForm({ ...tools, notice: () => {} }, connection, upload, order.asset);
}

function identityOf(
  { provider, fingerprint }: Connection,
  { asset, model }: Pick<UploadOrder, 'model' | 'asset'>,
): UploadIdentity {
  return uploadIdentity(provider, { ...asset, model, fingerprint });
}

async function findUpload(
  { clock, uploading }: Pick<UploadTools, 'clock' | 'uploading'>,
  connection: Connection,
  identity: UploadIdentity,
): Promise<CachedUpload | undefined> {
  const known = await uploading.cache.find(identity, clock.now());
  return known !== undefined && isPlausible(known, connection, clock.now()) ? known : undefined;
}
