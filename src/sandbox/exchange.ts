import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, FaultCounter } from './faults.ts';
import { guardRequest } from './guard.ts';
import { Refused, type Reply } from './reply.ts';
import { BodyTooLarge, RequestBody } from './request-body.ts';
import { logEntry, type Outcome, type RequestLogEntry } from './request-log.ts';
import { readTarget } from './request-target.ts';
import type { Call, Route, Service } from './route.ts';
import { cut, sendReply } from './send-reply.ts';

/** What answering needs besides the request. */
export type ExchangeContext = {
  /** The last one answers for all paths that nobody owns. */
  services: readonly Service[];
  faults: FaultCounter;
  now: () => number;
  publicUrl: string | undefined;
  closing: AbortSignal;
  onRequest: (entry: RequestLogEntry) => void;
};

/** Answers one request, or cuts it, and logs it. Never throws. */
export async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  context: ExchangeContext,
): Promise<void> {
  const now = context.now();
  const body = new RequestBody(request);
  const outcome: Outcome = { status: null, taskId: null, fault: null };
  try {
    await answer(request, response, body, outcome, now, context);
  } catch {
    // The client went away, or the reply could not be written: there is nobody left to tell.
    cut(response);
  }
  context.onRequest(logEntry(request, body, now, outcome));
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  body: RequestBody,
  outcome: Outcome,
  now: number,
  context: ExchangeContext,
): Promise<void> {
  const target = readTarget(request.url ?? '');
  const service =
    context.services.find((candidate) => candidate.owns(target.path)) ?? context.services.at(-1);
  if (service === undefined) throw new Error('a sandbox without services');
  const refusal = guardRequest(request, target, context.publicUrl);
  const { route, params } = findRoute(service, request.method ?? '', target.path);
  const call: Call = {
    method: request.method ?? '',
    path: target.path,
    params,
    query: new URLSearchParams(target.rawQuery),
    rawQuery: target.rawQuery,
    headers: request.headers,
    body,
    origin: context.publicUrl ?? `http://${request.headers.host ?? ''}`,
    now,
    fault: undefined,
    signal: signalOf(response, context.closing),
  };
  const tooLarge = route?.streamsBody === true && refusal === undefined ? false : await readBody(body);
  const kind = typeof route?.kind === 'function' ? route.kind(call) : route?.kind;
  const fault = refusal === undefined ? context.faults.take(kind) : undefined;
  outcome.fault = fault?.number ?? null;
  call.fault = fault?.rule;

  if (fault?.rule.drop === 'before') {
    await body.drain();
    await pause(fault, call.signal);
    return cut(response);
  }
  const reply = await replyTo(
    call,
    service,
    route,
    refusal ?? (tooLarge ? bodyTooLarge(service) : undefined),
  );
  await body.drain();
  outcome.taskId = reply.taskId ?? null;
  await pause(fault, call.signal);
  if (fault?.rule.drop === 'after' || call.signal.aborted) return cut(response);

  response.sendDate = false;
  reply.headers['date'] = new Date(context.now()).toUTCString();
  if (fault?.rule.status !== undefined) reply.status = fault.rule.status;
  outcome.status = reply.status;
  await sendReply(response, reply, fault?.rule);
}

/** The service's answer. A rule with an error or redirect status keeps the service from acting, unless it names a fate. */
async function replyTo(
  call: Call,
  service: Service,
  route: Route | undefined,
  refusal: Refused | undefined,
): Promise<Reply> {
  const { fault } = call;
  try {
    if (refusal !== undefined) throw refusal;
    const planned = plannedRefusal(fault, service);
    if (planned !== undefined && fault?.task === undefined) throw planned;
    if (route === undefined) throw service.noRoute(call);
    const reply = await route.handle(call);
    if (planned === undefined) return reply;
    return { ...service.refuse(planned), ...(reply.taskId === undefined ? {} : { taskId: reply.taskId }) };
  } catch (error) {
    if (error instanceof Refused) return service.refuse(error);
    if (call.signal.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return service.refuse(new Refused(500, service.codeOf(500), `The sandbox failed: ${reason}`));
  }
}

function plannedRefusal(fault: Call['fault'], service: Service): Refused | undefined {
  if (fault?.status === undefined || fault.status < 300) return undefined;
  const code = (fault.task === undefined ? fault.code : undefined) ?? service.codeOf(fault.status);
  return new Refused(fault.status, code, fault.message ?? 'This answer was asked for by the fault plan.');
}

function findRoute(
  service: Service,
  method: string,
  path: string,
): { route: Route | undefined; params: string[] } {
  for (const route of service.routes) {
    const match = route.method === undefined || route.method === method ? route.path.exec(path) : null;
    if (match !== null) return { route, params: match.slice(1).map(decoded) };
  }
  return { route: undefined, params: [] };
}

function decoded(text: string | undefined): string {
  try {
    return decodeURIComponent(text ?? '');
  } catch {
    return text ?? '';
  }
}

/** True when it was too long to keep. */
async function readBody(body: RequestBody): Promise<boolean> {
  try {
    await body.read();
    return false;
  } catch (error) {
    if (error instanceof BodyTooLarge) return true;
    throw error;
  }
}

function bodyTooLarge(service: Service): Refused {
  return service.name === 'dashscope'
    ? new Refused(400, 'BadRequest.TooLarge', 'The request body is too large.')
    : new Refused(413, service.codeOf(413), 'The request body is too large.');
}

/** Aborted when the connection closes before the reply is whole, or the sandbox stops. */
function signalOf(response: ServerResponse, closing: AbortSignal): AbortSignal {
  const left = new AbortController();
  response.once('close', () => left.abort());
  return AbortSignal.any([left.signal, closing]);
}

async function pause(fault: Fault | undefined, signal: AbortSignal): Promise<void> {
  if (fault?.rule.delay === undefined) return;
  // Whoever stops waiting is not told; the caller looks at the signal.
  await sleep(fault.rule.delay, undefined, { signal }).catch(() => {});
}
