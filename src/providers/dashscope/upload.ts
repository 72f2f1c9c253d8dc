import * as z from 'zod';
import { link, number, object, readLoosely } from '../../core/loose.ts';
import type { Refusal } from '../../core/refusal.ts';
import { asText } from '../../core/untrusted.ts';
import type { PolicyUpload, StoreMeaning, UploadPolicy } from '../upload.ts';

// "Upload local files to get temporary URLs", read 2026-05-30 and 2026-10.

const mebibyte = 1024 * 1024;

/** Repeated to the store exactly as it was sent. */
const exact = z
  .string()
  .regex(/^[\x20-\x7e]+$/u)
  .optional()
  .catch(undefined);
/** A word that some write as a JSON true. */
const word = z
  .unknown()
  .transform((value) => (typeof value === 'boolean' ? String(value) : asText(value)))
  .optional();

const policyReply = z.object({
  data: object({
    policy: exact,
    signature: exact,
    upload_dir: exact,
    upload_host: link,
    // The tables say text, the sample shows numbers.
    max_file_size_mb: number,
    oss_access_key_id: exact,
    x_oss_object_acl: word,
    x_oss_forbid_overwrite: word,
  }),
});

function readPolicy(body: unknown): UploadPolicy | undefined {
  const data = readLoosely(policyReply, body)?.data;
  if (data === undefined) return undefined;
  const { policy, signature, oss_access_key_id: accessKey, upload_host: host, max_file_size_mb: size } = data;
  const directory = data.upload_dir?.replace(/^\/+|\/+$/gu, '');
  if (policy === undefined || signature === undefined || accessKey === undefined) return undefined;
  if (host === undefined || directory === undefined || !/^[\x21-\x7e]+$/u.test(directory)) return undefined;
  return {
    host,
    // Below one byte nothing could be uploaded at all: as good as not said.
    maxBytes: size !== undefined && size * mebibyte >= 1 ? Math.floor(size * mebibyte) : undefined,
    form: (name) => {
      const key = `${directory}/${name}`;
      return {
        url: `oss://${key}`,
        fields: [
          ['OSSAccessKeyId', accessKey],
          ['Signature', signature],
          ['policy', policy],
          ['x-oss-object-acl', data.x_oss_object_acl ?? 'private'],
          ['x-oss-forbid-overwrite', data.x_oss_forbid_overwrite ?? 'true'],
          ['key', key],
          ['success_action_status', '200'],
        ],
      };
    },
  };
}

/** The XML of an object store. Its codes are for people; its messages may repeat what was signed. */
function readStoreRefusal(text: string): Refusal | undefined {
  const inTag = (name: string) =>
    asText(new RegExp(`<${name}>([^<]{1,500})</${name}>`, 'u').exec(text.slice(0, 16_384))?.[1]);
  const code = inTag('Code');
  return code === undefined
    ? undefined
    : { code, message: inTag('Message') ?? '', requestId: inTag('RequestId') };
}

/** PostObject of Alibaba Cloud OSS: 200 and 204 without a body, 201 with a `PostResponse`. */
function isStored(status: number, text: string): boolean {
  const body = text.trim();
  return (
    [200, 201, 204].includes(status) &&
    (body === '' || /^(?:<\?xml[^>]{0,200}\?>\s*)?<PostResponse[\s>]/u.test(body))
  );
}

function meaningOf(status: number, refusal: Refusal | undefined): StoreMeaning {
  const code = refusal?.code;
  if (status === 403 && /policy expired/iu.test(refusal?.message ?? '')) return 'expired';
  if (status === 413 || code === 'EntityTooLarge') return 'too-large';
  // A name that is taken gives way to the next one; `RequestTimeout` comes with a 400.
  const passes = ['RequestTimeout', 'FileAlreadyExists', 'ServiceBusy'].includes(code ?? '');
  // A page of somebody else's in place of the store's answer.
  const isStrange = status >= 200 && status < 300;
  return passes || isStrange || status === 408 || status === 429 || status >= 500 ? 'again' : 'refused';
}

export const dashscopeUpload: PolicyUpload = {
  kind: 'policy',
  scheme: 'oss://',
  policyCall: (model) => ({
    method: 'GET',
    path: `/uploads?action=getPolicy&model=${encodeURIComponent(model)}`,
  }),
  readPolicy,
  isStored,
  readStoreRefusal,
  meaningOf,
  lifetimeMs: 48 * 3_600_000,
};
