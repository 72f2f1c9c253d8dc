import { randomUUID } from 'node:crypto';
import { at } from '../core/untrusted.ts';
import { seedOf } from './clip-seed.ts';
import { shapeOfPicture, shapeOfRatio } from './clip-shape.ts';
import type { InputContext } from './input.ts';
import { inspectInput } from './inputs.ts';
import { plannedFate } from './planned-fate.ts';
import { jsonReply, Refused, type Reply } from './reply.ts';
import type { Call, Route, Service } from './route.ts';
import type { Signer } from './signer.ts';
import { sinancodeRecord } from './sinancode-record.ts';
import {
  readFramesRequest,
  readImageRequest,
  sinancodeLimits,
  type SinancodeRequest,
} from './sinancode-request.ts';
import { uploadBase64, uploadForm } from './sinancode-uploads.ts';
import type { Task, TaskStore } from './task-store.ts';
import { stateAt } from './task-timeline.ts';
import type { UploadStore } from './upload-store.ts';

/** What the service is made of. */
export type SinancodeParts = {
  tasks: TaskStore;
  uploads: UploadStore;
  signer: Signer;
  latencyMs: number;
  expiryMs: number;
};

/** SinanCode's gateway, and its upload host below `/api/upload` (docs.sinancode.com, 2026). */
export function sinancodeService(parts: SinancodeParts): Service {
  const generate = '^/v1/generate/bailian/wan2-';
  const upload = { method: 'POST', kind: 'upload' } as const;
  const routes: Route[] = [
    {
      method: 'POST',
      path: new RegExp(`${generate}image-to-video$`, 'u'),
      kind: 'submit',
      handle: (call) => submit(call, readImageRequest, parts),
    },
    {
      method: 'POST',
      path: new RegExp(`${generate}keyframe-to-video$`, 'u'),
      kind: 'submit',
      handle: (call) => submit(call, readFramesRequest, parts),
    },
    { method: 'GET', path: /^\/v1\/tasks\/([^/]+)$/u, kind: 'query', handle: (call) => query(call, parts) },
    {
      ...upload,
      path: /^\/api\/upload\/file$/u,
      streamsBody: true,
      handle: (call) => withToken(call, parts, () => uploadForm(call, parts.uploads)),
    },
    {
      ...upload,
      path: /^\/api\/upload\/base64$/u,
      handle: (call) => withToken(call, parts, () => uploadBase64(call, parts.uploads)),
    },
  ];
  return {
    name: 'sinancode',
    owns: (path) => path.startsWith('/v1/') || path.startsWith('/api/upload/'),
    routes,
    // Bodies of refusals are not documented. One client of the vendor's reads these two fields.
    refuse: ({ status, code, message }) => jsonReply(status, { message, error_code: code }),
    codeOf: (status) => codes[status] ?? (status >= 500 ? 'internal_error' : 'bad_request'),
    noRoute: () => new Refused(404, 'not_found', 'There is no such path.'),
  };
}

const codes: Record<number, string> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  413: 'too_large',
  429: 'too_many_requests',
};

/** Every token is good, and each is an account of its own. @throws {Refused} */
function accountOf(call: Call, signer: Signer): string {
  const token = /^bearer\s+(\S+)\s*$/iu.exec(call.headers.authorization ?? '')?.[1];
  if (token === undefined) throw new Refused(401, 'unauthorized', 'The API token is missing or not valid.');
  return signer.fingerprint(`sinancode\n${token}`);
}

async function withToken(
  call: Call,
  { signer }: SinancodeParts,
  handle: () => Promise<Reply>,
): Promise<Reply> {
  accountOf(call, signer);
  return handle();
}

async function submit(
  call: Call,
  read: (body: unknown) => SinancodeRequest,
  parts: SinancodeParts,
): Promise<Reply> {
  const account = accountOf(call, parts.signer);
  const task = await makeTask(call, account, read(call.body.json()), parts);
  await parts.tasks.save(task);
  return { ...jsonReply(200, { task_id: task.id }), taskId: task.id };
}

async function makeTask(
  call: Call,
  account: string,
  request: SinancodeRequest,
  { uploads, signer, latencyMs, expiryMs }: SinancodeParts,
): Promise<Task> {
  const { model, tier, seconds, sound, prompt } = request;
  const context: InputContext = {
    uploads,
    signer,
    account,
    model,
    now: call.now,
    takesUploads: false,
    takesInline: true,
  };
  const found = await Promise.all(
    request.inputs.map(async (one) => ({ one, result: await inspectInput(one, sinancodeLimits, context) })),
  );
  const failures = found.flatMap(({ result }) => ('failure' in result ? [result.failure] : []));
  const failure =
    request.failure === undefined ? failures[0] : { code: 'InvalidParameter', message: request.failure };
  const frame = found.find(({ one }) => one === request.frame)?.result;
  const picture = frame !== undefined && 'size' in frame ? frame.size : undefined;
  const shape = picture === undefined ? shapeOfRatio(tier, '16:9') : shapeOfPicture(picture, tier);
  const fate =
    plannedFate(call.fault, 'InternalError') ??
    (failure === undefined ? undefined : { state: 'FAILED' as const, ...failure });
  return {
    version: 1,
    id: randomUUID(),
    service: 'sinancode',
    account,
    submittedAt: call.now,
    latencyMs,
    expiryMs,
    ...(fate === undefined ? {} : { fate }),
    requestId: randomUUID(),
    model,
    ...(prompt === undefined ? {} : { prompt }),
    clip: { ...shape, seconds, sound, title: prompt ?? model, ...seedOf(at(call.body.json(), 'seed')) },
    details: {},
  };
}

async function query(call: Call, parts: SinancodeParts): Promise<Reply> {
  const account = accountOf(call, parts.signer);
  const id = call.params[0] ?? '';
  const stored = await parts.tasks.find(id);
  const isOwn = stored?.service === 'sinancode' && stored.account === account;
  const planned = plannedFate(call.fault, 'InternalError');
  const state = stored === undefined || !isOwn ? 'UNKNOWN' : (planned?.state ?? stateAt(stored, call.now));
  if (stored === undefined || state === 'UNKNOWN') throw new Refused(404, 'not_found', 'Task not found.');
  const task = planned === undefined ? stored : { ...stored, fate: planned };
  return { ...jsonReply(200, sinancodeRecord(task, state, call.origin, parts.signer)), taskId: id };
}
