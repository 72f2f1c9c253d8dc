import { randomUUID } from 'node:crypto';
import type { Region } from '../core/region.ts';
import { listTasks } from './dashscope-list.ts';
import { planTask, type Plan } from './dashscope-plan.ts';
import { taskFields, unknownTask } from './dashscope-task-view.ts';
import type { FaultRule } from './fault-plan.ts';
import { plannedFate } from './planned-fate.ts';
import { jsonReply, Refused, type Reply } from './reply.ts';
import type { Call, Route, Service } from './route.ts';
import type { Signer } from './signer.ts';
import type { Task, TaskStore } from './task-store.ts';
import { stateAt } from './task-timeline.ts';
import { issuePolicy } from './upload-policy.ts';
import type { UploadStore } from './upload-store.ts';

/** What the service is made of. */
export type DashscopeParts = {
  tasks: TaskStore;
  uploads: UploadStore;
  signer: Signer;
  latencyMs: number;
  expiryMs: number;
  region: Region | undefined;
};

/** Alibaba Model Studio's native task API under `/api/v1` (documents of 2026-05 to 2026-10). */
export function dashscopeService(parts: DashscopeParts): Service {
  const routes: Route[] = [
    {
      method: 'POST',
      path: /^\/api\/v1\/services\/aigc\/(video-generation|image2video)\/video-synthesis$/u,
      kind: 'submit',
      handle: (call) => submit(call, parts),
    },
    { method: 'GET', path: /^\/api\/v1\/tasks$/u, kind: 'list', handle: (call) => list(call, parts) },
    {
      method: 'GET',
      path: /^\/api\/v1\/tasks\/([^/]+)$/u,
      kind: 'query',
      handle: (call) => query(call, parts),
    },
    {
      method: 'POST',
      path: /^\/api\/v1\/tasks\/([^/]+)\/cancel$/u,
      kind: 'cancel',
      handle: (call) => cancel(call, parts),
    },
    { method: 'GET', path: /^\/api\/v1\/uploads$/u, kind: 'policy', handle: (call) => policy(call, parts) },
  ];
  return {
    name: 'dashscope',
    owns: (path) => path === '/api/v1' || path.startsWith('/api/v1/'),
    routes,
    refuse: (refused) => {
      const requestId = randomUUID();
      const body = { request_id: requestId, code: refused.code, message: refused.message };
      return jsonReply(refused.status, body, { 'x-request-id': requestId });
    },
    codeOf: (status) => codes[status] ?? (status >= 500 ? 'InternalError' : 'InvalidParameter'),
    noRoute: () => new Refused(404, 'NotFound', 'Not found: there is no such path here.'),
  };
}

const codes: Record<number, string> = {
  401: 'InvalidApiKey',
  403: 'AccessDenied',
  404: 'NotFound',
  408: 'RequestTimeOut',
  409: 'Conflict',
  429: 'Throttling.RateQuota',
  503: 'ModelUnavailable',
};

/** The account behind the key: every key is good, and each is an account of its own. @throws {Refused} InvalidApiKey */
function accountOf(call: Call, signer: Signer): string {
  const key = /^bearer\s+(\S+)\s*$/iu.exec(call.headers.authorization ?? '')?.[1];
  if (key === undefined) throw new Refused(401, 'InvalidApiKey', 'Invalid API-key provided.');
  return signer.fingerprint(`dashscope\n${key}`);
}

function answer(fields: object, taskId?: string): Reply {
  const requestId = randomUUID();
  const reply = jsonReply(200, { request_id: requestId, ...fields }, { 'x-request-id': requestId });
  return taskId === undefined ? reply : { ...reply, taskId };
}

async function submit(call: Call, parts: DashscopeParts): Promise<Reply> {
  const account = accountOf(call, parts.signer);
  const group = call.params[0] ?? '';
  const plan = await planTask(call, group, parts.region, { ...parts, account });
  const id = randomUUID();
  const reply = answer({ output: { task_status: 'PENDING', task_id: id } }, id);
  const fate = fateOf(plan, call.fault);
  await parts.tasks.save({
    version: 1,
    id,
    service: 'dashscope',
    account,
    submittedAt: call.now,
    latencyMs: parts.latencyMs,
    expiryMs: parts.expiryMs,
    ...(fate === undefined ? {} : { fate }),
    requestId: reply.headers['x-request-id'] ?? '',
    model: plan.model,
    ...(plan.prompt === undefined ? {} : { prompt: plan.prompt }),
    clip: plan.clip,
    details: { usage: plan.usage, group, actualPrompt: plan.actualPrompt },
  });
  return reply;
}

const usualCode = 'InternalError';

/** A fault plan's word goes before what the request itself deserves. */
function fateOf(plan: Plan, fault: FaultRule | undefined): Task['fate'] {
  const planned = plannedFate(fault, usualCode);
  if (planned !== undefined || plan.failure === undefined) return planned;
  return { state: 'FAILED', ...plan.failure };
}

async function query(call: Call, parts: DashscopeParts): Promise<Reply> {
  const account = accountOf(call, parts.signer);
  const id = call.params[0] ?? '';
  const stored = await ownTask(id, account, parts.tasks);
  if (stored === undefined) return answer(unknownTask(id), id);
  const planned = plannedFate(call.fault, usualCode);
  const task = planned === undefined ? stored : { ...stored, fate: planned };
  const state = planned?.state ?? stateAt(stored, call.now);
  return answer(taskFields(task, state, call.origin, parts.signer), id);
}

async function ownTask(id: string, account: string, tasks: TaskStore): Promise<Task | undefined> {
  const task = await tasks.find(id);
  return task?.service === 'dashscope' && task.account === account ? task : undefined;
}

async function list(call: Call, parts: DashscopeParts): Promise<Reply> {
  const account = accountOf(call, parts.signer);
  const own = (await parts.tasks.rows()).filter(
    (row) => row.service === 'dashscope' && row.account === account,
  );
  const find = async (id: string) => parts.tasks.find(id);
  return answer(await listTasks(own, find, call, parts.region));
}

async function cancel(call: Call, parts: DashscopeParts): Promise<Reply> {
  const account = accountOf(call, parts.signer);
  const task = await ownTask(call.params[0] ?? '', account, parts.tasks);
  if (task === undefined || stateAt(task, call.now) !== 'PENDING') {
    throw new Refused(
      400,
      'UnsupportedOperation',
      'The task cannot be cancelled; please confirm that it is in PENDING status.',
    );
  }
  await parts.tasks.save({ ...task, canceledAt: call.now });
  return answer({}, task.id);
}

function policy(call: Call, { signer }: DashscopeParts): Reply {
  const account = accountOf(call, signer);
  if (call.query.get('action') !== 'getPolicy') {
    throw new Refused(400, 'InvalidParameter', 'The query parameter "action" must be getPolicy.');
  }
  const model = call.query.get('model') ?? '';
  if (model === '')
    throw new Refused(400, 'InvalidParameter', 'Required query parameter "model" is missing.');
  return answer({ data: issuePolicy({ account, model, origin: call.origin, now: call.now }, signer) });
}
