import type { Model } from '../../core/model.ts';
import type { GenerationRequest } from '../../core/request.ts';
import type { TaskReport, Usage } from '../../core/task.ts';
import { asLink, asNumber, asObject, asTaskId, asText, at } from '../../core/untrusted.ts';
import type { HttpCall, Protocol, Refusal } from '../protocol.ts';
import { meaningOf } from './error-codes.ts';

// AceData Cloud: one flat body in; task records `{id, request, response, finished_at}` out, which carry no status
// word of their own.

/** `audio` and `prompt_extend` are always sent: its documents disagree on their defaults. */
function submit(request: GenerationRequest, _model: Model): HttpCall {
  const frame = request.media.find((input) => input.role === 'first_frame');
  const references = request.media.filter((input) => input.role === 'reference_video');
  const fields = {
    action: request.mode === 't2v' ? 'text2video' : 'image2video',
    model: request.model,
    prompt: request.prompt,
    negative_prompt: request.negativePrompt,
    image_url: frame?.url,
    reference_video_urls: references.length === 0 ? undefined : references.map((input) => input.url),
    size: request.size,
    resolution: request.resolution,
    ratio: request.ratio,
    duration: request.duration,
    shot_type: request.shotType,
    audio: request.audio ?? true,
    audio_url: request.audioUrl,
    prompt_extend: request.promptExtend ?? true,
    watermark: request.watermark,
    seed: request.seed,
    callback_url: request.callbackUrl,
    // Without it the call stays open for the minutes that the video takes.
    async: true,
  };
  return {
    method: 'POST',
    path: '/wan/videos',
    body: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  };
}

const waitingWords = new Set(['queued', 'pending', 'processing', 'running', 'submitted']);
const failedWords = new Set(['failed', 'failure', 'error', 'rejected', 'cancelled', 'canceled']);

/**
 * The state of a record, by the rule that its documents and clients agree on: `finished_at` decides where it is
 * present; without it the words inside `response` do.
 */
function readTask(body: unknown): TaskReport | undefined {
  if (body === null) return { state: 'unknown', links: [] };
  const record = asObject(body);
  if (record === undefined) return undefined;
  const refusal = readRefusal(record);
  if (record['id'] === undefined && refusal !== undefined) return undefined;
  if (asTaskId(record['id']) === undefined) return { state: 'unknown', links: [] };

  const response = readResponse(record['response']);
  const link = findLink(response);
  const words = stateWords(response);
  const failure = at(response, 'error');
  const finished = record['finished_at'];
  // A bare text without an end is a passing hiccup of the service: given up, it would cost a paid video.
  const isHiccup = finished === undefined && typeof failure === 'string';
  const saysFailed =
    (failure !== undefined && failure !== null && !isHiccup) ||
    at(response, 'success') === false ||
    words.some((word) => failedWords.has(word));
  const state = stateOf({
    finished: finished === undefined ? 'absent' : asNumber(finished) === undefined ? 'no' : 'yes',
    saysFailed,
    saysWaiting: words.some((word) => waitingWords.has(word)),
    isEmpty: response === undefined || Object.keys(response).length === 0,
    hasLink: link !== undefined,
    hasStarted: asNumber(record['started_at']) !== undefined,
  });
  const reason = state === 'failed' ? readRefusal(response) : undefined;
  const finishedAt = readTime(finished);
  const report: TaskReport = { state, links: state === 'succeeded' && link !== undefined ? [link] : [] };
  const requestId = asText(record['trace_id']);
  if (requestId !== undefined) report.requestId = requestId;
  if (finishedAt !== undefined) report.finishedAt = finishedAt;
  if (reason?.code !== undefined) report.code = reason.code;
  if (reason !== undefined) report.message = reason.message;
  const usage = readUsage(response);
  if (usage !== undefined) report.usage = usage;
  const prompt = at(record, 'request', 'prompt');
  if (typeof prompt === 'string') report.prompt = prompt;
  const model = asText(at(record, 'request', 'model'));
  if (model !== undefined) report.model = model;
  return report;
}

function stateOf(facts: {
  finished: 'absent' | 'no' | 'yes';
  saysFailed: boolean;
  saysWaiting: boolean;
  isEmpty: boolean;
  hasLink: boolean;
  hasStarted: boolean;
}): TaskReport['state'] {
  const waiting = facts.hasStarted ? 'running' : 'queued';
  // A failed attempt may show in `response` while the service still tries.
  if (facts.finished === 'no') return waiting;
  if (facts.finished === 'yes') return facts.saysFailed ? 'failed' : facts.hasLink ? 'succeeded' : 'failed';
  if (facts.isEmpty || facts.saysWaiting) return waiting;
  if (facts.saysFailed) return 'failed';
  return facts.hasLink ? 'succeeded' : waiting;
}

/** Unix seconds with a fraction. Beyond the year 9999 they are no time. */
function readTime(value: unknown): string | undefined {
  const seconds = asNumber(value);
  if (seconds === undefined || seconds < 0 || seconds > 253_402_300_799) return undefined;
  return new Date(seconds * 1000).toISOString();
}

/** Some clients have met `response` as a JSON text. */
function readResponse(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'string') return asObject(value);
  try {
    return asObject(JSON.parse(value));
  } catch {
    return undefined;
  }
}

/** The levels on which results of 2.6 (flat) and 3.0 (nested) carry their fields. */
function levels(response: unknown): unknown[] {
  const data = at(response, 'data');
  return [response, data, ...(Array.isArray(data) ? data : [])];
}

function findLink(response: unknown): string | undefined {
  return levels(response)
    .map((level) => asLink(at(level, 'video_url')))
    .find((link) => link !== undefined);
}

function stateWords(response: unknown): string[] {
  return levels(response)
    .flatMap((level) => [asText(at(level, 'state')), asText(at(level, 'status'))])
    .flatMap((word) => (word === undefined ? [] : [word.toLowerCase()]));
}

function readUsage(response: unknown): Usage | undefined {
  const raw = at(response, 'data', 'usage') ?? at(response, 'usage');
  if (asObject(raw) === undefined) return undefined;
  const seconds = asNumber(at(raw, 'duration')) ?? null;
  return { billedSeconds: seconds, inputSeconds: null, outputSeconds: seconds, raw };
}

/** An error object, a bare text, or `detail`, for any status: the gateway and the guides differ. */
function readRefusal(body: unknown): Refusal | undefined {
  const error = at(body, 'error');
  const requestId = asText(at(body, 'trace_id'));
  const code = asText(at(error, 'code'));
  const message = asText(at(error, 'message')) ?? asText(error) ?? asText(at(body, 'detail'));
  if (code === undefined && message === undefined) return undefined;
  return { code, message: message ?? code ?? '', requestId };
}

export const acedataProtocol: Protocol = {
  submit,
  readTaskId: (body) => asTaskId(at(body, 'task_id')),
  query: (taskId) => ({ method: 'POST', path: '/wan/tasks', body: { action: 'retrieve', id: taskId } }),
  readTask,
  readRefusal,
  // No task has this id: a good token is answered with nothing, a bad one with 401.
  checkKey: {
    method: 'POST',
    path: '/wan/tasks',
    body: { action: 'retrieve', id: '00000000-0000-0000-0000-000000000000' },
  },
  meaningOf,
  // Nobody promises that a 429 of its gateway means "not accepted".
  retriesRefusedSubmits: false,
};
