import * as z from 'zod';
import type { Model } from '../../core/model.ts';
import { readId } from '../../core/named-tasks.ts';
import type { Refusal } from '../../core/refusal.ts';
import { inputsOf, type GenerationRequest } from '../../core/request.ts';
import type { TaskReport, Usage } from '../../core/task.ts';
import {
  anything,
  link,
  number,
  object,
  present,
  rawText,
  readLoosely,
  taskId,
  text,
} from '../../core/loose.ts';
import { asNumber, asObject, asText, at } from '../../core/untrusted.ts';
import { allInOneMedia } from '../all-in-one-media.ts';
import { withOverrides } from '../overrides.ts';
import type { HttpCall, Protocol } from '../protocol.ts';
import { meaningOf } from './error-codes.ts';
import { taskList } from './task-list.ts';

// AceData Cloud: one flat body in; task records `{id, request, response, finished_at}` out, which carry no status
// word of their own.

/** `audio` and `prompt_extend` are always sent: its documents disagree on their defaults. */
function submit(request: GenerationRequest, model: Model): HttpCall {
  const isAllInOne = model.dialect === 'flat-media';
  const clips = inputsOf(request, 'reference_video').map(({ url }) => url);
  const files = isAllInOne
    ? // What it does follows from the files; there is no action to name.
      { media: allInOneMedia(request) }
    : {
        action: request.mode === 't2v' ? 'text2video' : 'image2video',
        image_url: inputsOf(request, 'first_frame')[0]?.url,
        reference_video_urls: clips.length === 0 ? undefined : clips,
        audio_url: inputsOf(request, 'driving_audio')[0]?.url,
      };
  const fields = {
    model: request.model,
    prompt: request.prompt,
    negative_prompt: request.negativePrompt,
    ...files,
    size: request.size,
    resolution: request.resolution,
    ratio: request.ratio,
    duration: request.duration,
    shot_type: request.shotType,
    audio: request.audio ?? true,
    prompt_extend: request.promptExtend ?? true,
    watermark: request.watermark,
    seed: request.seed,
    callback_url: request.callbackUrl,
    // Without it the call stays open for the minutes that the video takes.
    async: true,
    ...request.extras,
  };
  const body = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { method: 'POST', path: '/wan/videos', body: withOverrides(body, request.overrides, '') };
}

const waitingWords = new Set(['queued', 'pending', 'processing', 'running', 'submitted']);
const failedWords = new Set(['failed', 'failure', 'error', 'rejected', 'cancelled', 'canceled']);

const level = { video_url: link, state: text, status: text, usage: anything };
const levelObject = z.object(level);

const result = object({
  ...level,
  success: anything,
  error: anything,
  detail: text,
  trace_id: text,
  // Results of 3.0 are nested, once or as a list; those of 2.6 are flat.
  data: z
    .union([z.array(levelObject.catch({})), levelObject.transform((only) => [only])])
    .optional()
    .catch(undefined),
});
type Result = NonNullable<z.output<typeof result>>;

const taskRecord = z.object({
  id: taskId,
  trace_id: text,
  created_at: number,
  started_at: number,
  finished_at: anything,
  request: object({ prompt: rawText, model: text }),
  // Some clients have met it as a JSON text.
  response: z
    .preprocess((value) => (typeof value === 'string' ? parseJson(value) : value), result)
    .optional(),
});

/**
 * The state of a record, by the rule that its documents and clients agree on: `finished_at` decides where it is
 * present; without it the words inside `response` do.
 */
function readTask(body: unknown): TaskReport | undefined {
  if (body === null) return { state: 'unknown', links: [] };
  const record = readLoosely(taskRecord, body);
  if (record === undefined) return undefined;
  if (record.id === undefined) {
    return readRefusal(body) === undefined ? { state: 'unknown', links: [] } : undefined;
  }
  const { response, finished_at: finished } = record;
  const levels = response === undefined ? [] : [response, ...(response.data ?? [])];
  const video = levels.map((place) => place.video_url).find((found) => found !== undefined);
  const words = levels
    .flatMap((place) => [place.state, place.status])
    .map((word) => word?.toLowerCase() ?? '');
  const state = stateOf({
    finished: finished === undefined ? 'absent' : asNumber(finished) === undefined ? 'no' : 'yes',
    saysFailed: saysFailed(response, finished) || words.some((word) => failedWords.has(word)),
    saysWaiting: words.some((word) => waitingWords.has(word)),
    isEmpty: Object.keys(asObject(at(body, 'response')) ?? response ?? {}).length === 0,
    hasLink: video !== undefined,
    hasStarted: record.started_at !== undefined,
  });
  const reason = state === 'failed' ? refusalOf(response) : undefined;
  return {
    state,
    links: state === 'succeeded' && video !== undefined ? [video] : [],
    ...present({
      requestId: record.trace_id,
      submittedAt: readTime(record.created_at),
      startedAt: readTime(record.started_at),
      finishedAt: readTime(finished),
      code: reason?.code,
      message: reason?.message,
      usage: readUsage(levels),
      prompt: record.request?.prompt,
      model: record.request?.model,
    }),
  };
}

/** A bare text without an end is a passing hiccup of the service: given up, it would cost a paid video. */
function saysFailed(response: Result | undefined, finished: unknown): boolean {
  const error = response?.error;
  const isObject = Object.keys(asObject(error) ?? {}).length > 0;
  const isText = asText(error) !== undefined && finished !== undefined;
  return isObject || isText || response?.success === false;
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

function parseJson(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
}

const usageFields = z.object({ duration: number });

function readUsage(levels: readonly { usage?: unknown }[]): Usage | undefined {
  // The inner one counts what is billed, the outer one describes the picture.
  const raw = levels.toReversed().find(({ usage }) => asObject(usage) !== undefined)?.usage;
  const usage = readLoosely(usageFields, raw);
  if (usage === undefined) return undefined;
  const seconds = usage.duration ?? null;
  return { billedSeconds: seconds, inputSeconds: null, outputSeconds: seconds, raw };
}

/** An error object, a bare text, or `detail`, for any status: the gateway and the guides differ. */
function readRefusal(body: unknown): Refusal | undefined {
  return refusalOf(readLoosely(result, body));
}

function refusalOf(reply: Result | undefined): Refusal | undefined {
  const error = readLoosely(z.object({ code: text, message: text }), reply?.error);
  const message = error?.message ?? asText(reply?.error) ?? reply?.detail;
  if (error?.code === undefined && message === undefined) return undefined;
  return { code: error?.code, message: message ?? error?.code ?? '', requestId: reply?.trace_id };
}

export const acedataProtocol: Protocol = {
  submit,
  readTaskId: (body, written) => readId(at(body, 'task_id'), written),
  query: (id) => ({ method: 'POST', path: '/wan/tasks', body: { action: 'retrieve', id } }),
  readTask,
  readRefusal,
  list: taskList,
  // No task has this id: a good token is answered with nothing, a bad one with 401.
  checkKey: {
    method: 'POST',
    path: '/wan/tasks',
    body: { action: 'retrieve', id: '00000000-0000-0000-0000-000000000000' },
  },
  checkMayBeEmpty: true,
  meaningOf,
  // Nobody promises that a 429 of its gateway means "not accepted".
  retriesRefusedSubmits: false,
  saysRefused: (body) => readLoosely(result, body)?.success === false,
  refusesWithServerErrors: false,
};
