import { randomUUID } from 'node:crypto';
import { asNumber, asObject, at } from '../core/untrusted.ts';
import { acedataRecord, acedataResult, acedataState } from './acedata-record.ts';
import { readAcedataRequest } from './acedata-request.ts';
import { makeAcedataTask } from './acedata-task.ts';
import type { CallbackSender } from './callbacks.ts';
import { jsonReply, Refused, type Reply } from './reply.ts';
import type { Call, Route, Service } from './route.ts';
import type { Signer } from './signer.ts';
import type { TaskStore } from './task-store.ts';
import { endsAt, stateAt } from './task-timeline.ts';
import type { UploadStore } from './upload-store.ts';
import { waitUntil } from './wait.ts';

/** What the service is made of. */
export type AcedataParts = {
  tasks: TaskStore;
  uploads: UploadStore;
  signer: Signer;
  callbacks: CallbackSender;
  latencyMs: number;
  expiryMs: number;
  now: () => number;
};

/** AceData Cloud's Wan API (documents and recorded runs of 2026-10). It also answers for paths that nobody has. */
export function acedataService(parts: AcedataParts): Service {
  const routes: Route[] = [
    { method: 'POST', path: /^\/wan\/videos$/u, kind: 'submit', handle: (call) => submit(call, parts) },
    { method: 'POST', path: /^\/wan\/tasks$/u, kind: kindOfQuery, handle: (call) => tasks(call, parts) },
  ];
  return {
    name: 'acedata',
    owns: (path) => path.startsWith('/wan/'),
    routes,
    refuse: (refused) => {
      const traceId = randomUUID();
      const error = { code: refused.code, message: refused.message };
      // The gateway's own refusals carry no `success`; those of the service behind it do.
      const flag = gatewayCodes.has(refused.code) ? {} : { success: false };
      return jsonReply(refused.status, { ...flag, error, trace_id: traceId }, { 'x-trace-id': traceId });
    },
    codeOf: (status) => codes[status] ?? (status >= 500 ? 'api_error' : 'bad_request'),
    noRoute: () => new Refused(404, 'no_api', 'There is no API at this path.'),
  };
}

const gatewayCodes = new Set([
  'no_token',
  'invalid_token',
  'no_api',
  'used_up',
  'too_many_requests',
  'timeout',
]);

const codes: Record<number, string> = {
  401: 'invalid_token',
  403: 'forbidden',
  404: 'no_api',
  429: 'too_many_requests',
  504: 'timeout',
};

/** Every token is good, with or without the word before it, as some of the guides' samples have it. */
function accountOf(call: Call, signer: Signer): string {
  const header = call.headers.authorization?.trim() ?? '';
  if (header === '') throw new Refused(401, 'no_token', 'No token was given in the Authorization header.');
  const token = /^(?:bearer\s+)?(\S+)$/iu.exec(header)?.[1];
  if (token === undefined || /^bearer$/iu.test(token))
    throw new Refused(401, 'invalid_token', 'The token is not valid.');
  return signer.fingerprint(`acedata\n${token}`);
}

function kindOfQuery(call: Call) {
  const body = asObject(call.body.json());
  return body?.['action'] === 'retrieve_batch' && body['ids'] === undefined ? 'list' : 'query';
}

async function submit(call: Call, parts: AcedataParts): Promise<Reply> {
  const { signer, callbacks, now } = parts;
  const account = accountOf(call, signer);
  const echo = call.body.json();
  const request = readAcedataRequest(echo);
  const task = await makeAcedataTask(call, account, request, echo, parts);
  await parts.tasks.save(task);
  const { id, requestId } = task;
  // A suspended task never ends: a sync call hangs on it until its client gives up.
  const dueAt = task.fate?.state === 'SUSPENDED' ? Infinity : endsAt(task);
  const result = () => acedataResult(task, stateAt(task, endsAt(task)), call.origin, signer, 'slashes');
  if (request.callbackUrl !== undefined) {
    callbacks.schedule({
      url: request.callbackUrl,
      taskId: id,
      dueAt,
      body: result,
    });
  }
  const headers = { 'x-trace-id': requestId };
  if (request.isAsync || request.callbackUrl !== undefined) {
    return { ...jsonReply(200, { success: true, task_id: id, trace_id: requestId }, headers), taskId: id };
  }
  await waitUntil(dueAt, now, call.signal);
  const outcome = result();
  return { ...jsonReply(outcome['success'] === true ? 200 : 500, outcome, headers), taskId: id };
}

async function tasks(call: Call, parts: AcedataParts): Promise<Reply> {
  const account = accountOf(call, parts.signer);
  const body = asObject(call.body.json());
  if (body === undefined) throw new Refused(400, 'bad_request', 'The body is not a JSON object.');
  const action = body['action'] ?? 'retrieve';
  const headers = { 'x-trace-id': randomUUID() };
  if (action === 'retrieve') {
    const { id } = body;
    if (typeof id !== 'string' || id === '') throw new Refused(400, 'bad_request', 'id is required.');
    return { ...jsonReply(200, await recordOf(id, account, call, parts), headers), taskId: id };
  }
  if (action !== 'retrieve_batch') {
    throw new Refused(400, 'bad_request', 'action must be retrieve or retrieve_batch.');
  }
  const { ids } = body;
  if (ids === undefined) return jsonReply(200, await history(body, account, call, parts), headers);
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) {
    throw new Refused(400, 'bad_request', 'ids must be a list of task ids.');
  }
  const items: object[] = [];
  for (const id of ids) {
    const record = await recordOf(id, account, call, parts);
    if (Object.keys(record).length > 0) items.push(record);
  }
  return jsonReply(200, { items, count: items.length }, headers);
}

async function recordOf(id: string, account: string, call: Call, parts: AcedataParts): Promise<object> {
  const task = await parts.tasks.find(id);
  if (task?.service !== 'acedata' || task.account !== account) return {};
  const seen = acedataState(task, call.now, call.fault);
  return acedataRecord(seen.task, seen.state, call.origin, parts.signer);
}

/** The account's own records, newest first: undocumented for Wan, but what the vendor's web client asks for. */
async function history(
  body: Record<string, unknown>,
  account: string,
  call: Call,
  parts: AcedataParts,
): Promise<object> {
  const from = (asNumber(at(body, 'created_at_min')) ?? 0) * 1000;
  const to = (asNumber(at(body, 'created_at_max')) ?? Infinity) * 1000;
  const offset = Math.max(0, asNumber(at(body, 'offset')) ?? 0);
  const limit = Math.max(0, asNumber(at(body, 'limit')) ?? 12);
  const own = (await parts.tasks.rows()).filter(
    (row) =>
      row.service === 'acedata' &&
      row.account === account &&
      row.submittedAt >= from &&
      row.submittedAt <= to &&
      stateAt(row, call.now) !== 'UNKNOWN',
  );
  const items: object[] = [];
  for (const row of own.slice(offset, offset + limit)) {
    // oxlint-disable-next-line no-await-in-loop -- as many as are asked for
    const task = await parts.tasks.find(row.id);
    if (task !== undefined)
      items.push(acedataRecord(task, stateAt(task, call.now), call.origin, parts.signer));
  }
  return { items, count: own.length };
}
