import type { Asset } from '../core/asset.ts';
import type { Job } from '../core/job.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { mediaTypeOf } from '../core/media-type.ts';
import { shownInput } from '../core/shown-input.ts';
import { providers } from '../providers/index.ts';
import type { Provider } from '../providers/provider.ts';
import { isUnreadInput } from '../providers/upload.ts';
import type { CachedUpload, UploadIdentity } from '../store/uploads.ts';
import type { Connection, Runtime } from './runtime.ts';

/** What an upload is known by. On DashScope it serves one model. */
export function uploadIdentity(
  provider: Provider,
  {
    model,
    fingerprint,
    sha256,
    extension,
  }: { model: string; fingerprint: string } & Pick<Asset, 'sha256' | 'extension'>,
): UploadIdentity {
  return {
    provider: provider.id,
    model: provider.upload.kind === 'policy' ? model : null,
    fingerprint,
    sha256,
    extension,
  };
}

/**
 * Whether an upload is one that this provider can have given: its address goes into a paid request, and whoever
 * writes to the state directory, or stands between, must not choose what the service reads.
 */
export function isPlausible(
  { url: address, uploaded_at: start, expires_at: end }: CachedUpload,
  { provider, base }: Pick<Connection, 'base' | 'provider'>,
  nowMs: number,
): boolean {
  const { upload }: Provider = provider;
  const lifetimeMs = upload.kind === 'policy' ? upload.lifetimeMs : upload.maxLifetimeMs;
  if (Date.parse(start) > nowMs || Date.parse(end) - Date.parse(start) > lifetimeMs) return false;
  if (upload.kind === 'policy') return address.startsWith(upload.scheme);
  if (!/^https?:\/\//u.test(address) || !URL.canParse(address)) return false;
  const { hostname, protocol } = new URL(address);
  // A store of a service has a name; by number only what is as near as the API itself.
  const isByNumber = isNumber(hostname) || isLoopbackHost(hostname);
  const own = new URL(base).hostname;
  if (isByNumber && !isNumber(own) && !isLoopbackHost(own)) return false;
  return protocol === 'https:' || isLoopbackHost(hostname);
}

/** An IP address; `URL` has turned all its other forms into these. */
function isNumber(hostname: string): boolean {
  return /^\[|^[\d.]+$/u.test(hostname);
}

/**
 * Forgets the uploads of a job that the service could not read, so that the next run uploads again. One entry per
 * input is looked at.
 */
export async function forgetDeadUploads({ uploading }: Pick<Runtime, 'uploading'>, job: Job): Promise<void> {
  const { error, model, fingerprint, request } = job;
  if (!isUnreadInput(error?.code)) return;
  const uploads = (request?.media ?? []).flatMap(({ url, file, facts }) => {
    if (file === undefined || url.startsWith('file:')) return [];
    const { extension } = mediaTypeOf(facts ?? { format: '' }, shownInput({ file, url }));
    const asset = { sha256: file.sha256, extension, model: model ?? '', fingerprint };
    return [{ url, identity: uploadIdentity(providers[job.provider], asset) }];
  });
  await Promise.all(uploads.map(({ url, identity }) => uploading.cache.forget(identity, url)));
}
