import { randomBytes } from 'node:crypto';
import { beijingDay } from './beijing-time.ts';
import type { Signer } from './signer.ts';

/** Seconds that an upload policy lives (Model Studio, "Upload local files to get temporary URLs", 2026-10). */
export const policySeconds = 300;

/** The size limit in the documents' sample. */
export const maxUploadMegabytes = 100;

/** The access key that policies name and forms must repeat. */
export const uploadAccessKeyId = 'LTAI5tSandboxUpload';

/** The path of the form's target. */
export const uploadPath = '/dashscope-file';

const secret = (policy: string) => `policy\n${policy}`;

/** What `getPolicy` hands out as `data`. The policy says all that the form's target checks; nothing is stored. */
export function issuePolicy(
  { account, model, origin, now }: { account: string; model: string; origin: string; now: number },
  signer: Signer,
): Record<string, string | number> {
  const directory = directoryFor(account, model, now, signer);
  const content = {
    expiration: new Date(now + policySeconds * 1000).toISOString(),
    conditions: [
      ['content-length-range', 0, maxUploadMegabytes * 1024 * 1024],
      ['starts-with', '$key', `${directory}/`],
      { 'x-oss-object-acl': 'private' },
      { 'x-oss-forbid-overwrite': 'true' },
    ],
  };
  const policy = Buffer.from(JSON.stringify(content)).toString('base64');
  return {
    policy,
    signature: signer.sign(secret(policy)),
    upload_dir: directory,
    upload_host: `${origin}${uploadPath}`,
    expire_in_seconds: policySeconds,
    max_file_size_mb: maxUploadMegabytes,
    capacity_limit_mb: 999_999_999,
    oss_access_key_id: uploadAccessKeyId,
    x_oss_object_acl: 'private',
    x_oss_forbid_overwrite: 'true',
  };
}

/** True for a policy that was issued here. */
export function isSignedPolicy(policy: string, signature: string, signer: Signer): boolean {
  return signature === signer.sign(secret(policy));
}

/** The directory names account and model in a way that only the sandbox can check: uploads are bound to both. */
function directoryFor(account: string, model: string, now: number, signer: Signer): string {
  const day = beijingDay(now);
  const nonce = randomBytes(4).toString('hex');
  return `dashscope-instant/${account}/${day}/${nonce}${binding(nonce, account, model, signer)}`;
}

function binding(nonce: string, account: string, model: string, signer: Signer): string {
  return signer.fingerprint(`upload\n${nonce}\n${account}\n${model}`);
}

/** True when a key lies in a directory that was handed out to this account for this model. */
export function isBoundTo(key: string, account: string, model: string, signer: Signer): boolean {
  const match = /^dashscope-instant\/[^/]+\/[\d-]+\/([0-9a-f]{8})([0-9a-f]{24})\//u.exec(key);
  return match !== null && match[2] === binding(match[1] ?? '', account, model, signer);
}
