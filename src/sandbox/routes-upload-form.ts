import { randomUUID } from 'node:crypto';
import { asObject } from '../core/untrusted.ts';
import { boundaryOf, collect, MalformedForm, readForm, type FormPart } from './multipart.ts';
import { objectStoreError, objectStoreHeaders, Refused, type Reply } from './reply.ts';
import type { Call, Route, Service } from './route.ts';
import { objectStoreCode } from './routes-results.ts';
import type { Signer } from './signer.ts';
import { isSignedPolicy, uploadAccessKeyId, uploadPath } from './upload-policy.ts';
import type { UploadStore } from './upload-store.ts';

type Parts = { uploads: UploadStore; signer: Signer };

const maxFieldBytes = 64 * 1024;

/** The store that takes uploads: it checks a form as Alibaba Cloud OSS does (PostObject, 2026). */
export function uploadFormService(parts: Parts): Service {
  const route: Route = {
    method: 'POST',
    path: new RegExp(`^${uploadPath}$`, 'u'),
    kind: 'upload',
    streamsBody: true,
    handle: (call) => takeForm(call, parts),
  };
  return {
    name: 'uploads',
    owns: (path) => path === uploadPath || path.startsWith(`${uploadPath}/`),
    routes: [route],
    refuse: (refused) => objectStoreError(refused),
    codeOf: objectStoreCode,
    // Uploads can neither be listed nor read back.
    noRoute: () => new Refused(403, 'AccessDenied', 'Uploads can only be posted as a form.'),
  };
}

async function takeForm(call: Call, parts: Parts): Promise<Reply> {
  if (call.headers.authorization !== undefined) {
    throw new Refused(
      400,
      'InvalidArgument',
      'A form carries its own signature; an Authorization header is not allowed.',
    );
  }
  if (call.headers['content-length'] === undefined) {
    throw new Refused(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  const boundary = boundaryOf(call.headers['content-type']);
  if (boundary === undefined) {
    throw new Refused(412, 'PreconditionFailed', 'The body must be multipart/form-data with a boundary.');
  }
  const fields = new Map<string, string>();
  try {
    for await (const part of readForm(call.body.stream(), boundary)) {
      // What stands after the file is not looked at.
      if (part.name === 'file') return await takeFile(part, fields, call, parts);
      fields.set(part.name, (await collect(part.body, maxFieldBytes)).toString('utf8'));
    }
  } catch (error) {
    if (error instanceof MalformedForm)
      throw new Refused(400, 'MalformedPOSTRequest', `The form is broken: ${error.message}.`);
    throw error;
  }
  throw new Refused(
    400,
    'IncorrectNumberOfFilesInPOSTRequest',
    'The form must hold exactly one file, as its last field.',
  );
}

async function takeFile(
  part: FormPart,
  fields: ReadonlyMap<string, string>,
  call: Call,
  { uploads, signer }: Parts,
): Promise<Reply> {
  const key = keyOf(fields, part.filename);
  const { maxBytes } = checkPolicy(fields, key, call.now, signer);
  const result = await uploads.store(key, part.body, maxBytes, call.now);
  if (result === 'too-large') {
    throw new Refused(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.');
  }
  if (result === 'exists') {
    throw new Refused(
      409,
      'FileAlreadyExists',
      'The object you specified already exists and can not be overwritten.',
    );
  }
  const wanted = Number(fields.get('success_action_status'));
  return {
    status: wanted === 200 || wanted === 201 ? wanted : 204,
    headers: objectStoreHeaders(
      'application/xml',
      randomUUID().replaceAll('-', '').slice(0, 24).toUpperCase(),
    ),
    body: Buffer.alloc(0),
  };
}

function keyOf(fields: ReadonlyMap<string, string>, filename: string | undefined): string {
  const key = fields.get('key');
  if (key === undefined || key === '') throw missing('key');
  return key.replaceAll('${filename}', filename ?? '');
}

function missing(field: string): Refused {
  return new Refused(
    400,
    'InvalidArgument',
    `Bucket POST must contain the field '${field}'. If it is specified, please check the order of the fields.`,
  );
}

/** @throws {Refused} for the first thing that the policy does not allow */
function checkPolicy(
  fields: ReadonlyMap<string, string>,
  key: string,
  now: number,
  signer: Signer,
): { maxBytes: number } {
  const policy = fields.get('policy');
  if (policy === undefined)
    throw new Refused(403, 'AccessDenied', 'Anonymous access is forbidden for this operation.');
  for (const field of ['OSSAccessKeyId', 'Signature']) if (!fields.has(field)) throw missing(field);
  if (fields.get('OSSAccessKeyId') !== uploadAccessKeyId) {
    throw new Refused(
      403,
      'InvalidAccessKeyId',
      'The access key id you provided does not exist in our records.',
    );
  }
  if (!isSignedPolicy(policy, fields.get('Signature') ?? '', signer)) {
    throw new Refused(
      403,
      'SignatureDoesNotMatch',
      'The signature of the form is not the one computed from its policy.',
    );
  }
  const content = asObject(JSON.parse(Buffer.from(policy, 'base64').toString('utf8')));
  if (now >= Date.parse(String(content?.['expiration']))) {
    throw new Refused(403, 'AccessDenied', 'Invalid according to Policy: Policy expired.');
  }
  let maxBytes = Infinity;
  for (const condition of Array.isArray(content?.['conditions']) ? content['conditions'] : []) {
    if (Array.isArray(condition) && condition[0] === 'content-length-range') maxBytes = Number(condition[2]);
    else if (!holds(condition, fields, key)) {
      const text = JSON.stringify(condition);
      throw new Refused(403, 'AccessDenied', `Invalid according to Policy: Policy Condition failed: ${text}`);
    }
  }
  return { maxBytes };
}

function holds(condition: unknown, fields: ReadonlyMap<string, string>, key: string): boolean {
  if (Array.isArray(condition)) return condition[0] === 'starts-with' && key.startsWith(String(condition[2]));
  return Object.entries(asObject(condition) ?? {}).every(([field, value]) => fields.get(field) === value);
}
