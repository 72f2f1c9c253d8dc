import type { Asset } from '../core/asset.ts';
import type { Provider } from '../providers/provider.ts';
import type { CachedUpload, UploadIdentity } from '../store/uploads.ts';
import { uploadByForm } from './upload-by-form.ts';
import { uploadByPolicy } from './upload-by-policy.ts';
import type { Connection, Runtime } from './runtime.ts';

export type UploadTools = Pick<Runtime, 'clock' | 'random' | 'signal' | 'send' | 'uploading'> & {
  notice: (message: string) => void;
};

export type UploadOrder = {
  /** The exact id that will be submitted: on DashScope an upload serves one model. */
  model: string;
  asset: Asset;
  onProgress: (sentBytes: number, totalBytes: number) => void;
};

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
  const identity: UploadIdentity = {
    provider: provider.id,
    model: upload.kind === 'policy' ? order.model : null,
    fingerprint: connection.fingerprint,
    sha256: order.asset.sha256,
  };
  const known = await cache.find(identity, tools.clock.now());
  if (known !== undefined) return { url: known.url, expiresAt: known.expires_at, isCached: true };
  // A service counts the file's life from its arrival; from before the sending is never too long.
  const startMs = tools.clock.now();
  const sent =
    upload.kind === 'policy'
      ? await uploadByPolicy(tools, connection, upload, order)
      : await uploadByForm(tools, connection, upload, order);
  const lifetimeMs = upload.kind === 'policy' ? upload.lifetimeMs : upload.assumedLifetimeMs;
  const assumed = new Date(startMs + lifetimeMs).toISOString();
  const entry: CachedUpload = {
    url: sent.url,
    uploaded_at: new Date(startMs).toISOString(),
    expires_at: sent.expiresAt ?? assumed,
  };
  // Without it the next run uploads again, which costs nothing but time.
  await cache.keep(identity, entry, tools.clock.now()).catch(() => {});
  return {
    url: sent.url,
    expiresAt: sent.expiresAt ?? (upload.kind === 'policy' ? assumed : null),
    isCached: false,
  };
}
