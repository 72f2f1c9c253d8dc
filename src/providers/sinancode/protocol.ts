import * as z from 'zod';
import { object, present, readLoosely, taskId, text, writtenLink } from '../../core/loose.ts';
import type { Model } from '../../core/model.ts';
import { readId } from '../../core/named-tasks.ts';
import type { Refusal } from '../../core/refusal.ts';
import { asResultLink, pickLink, reportLink } from '../../core/result-link.ts';
import { inputsOf, type GenerationRequest } from '../../core/request.ts';
import type { TaskReport } from '../../core/task.ts';
import { at } from '../../core/untrusted.ts';
import { withOverrides } from '../overrides.ts';
import type { HttpCall, Protocol } from '../protocol.ts';
import { meaningOf } from './error-codes.ts';

// SinanCode (docs.sinancode.com, "Wan2 Image-to-Video", "Wan2 Keyframe-to-Video", "Get Task"): one flat body in, a task
// with a status word out. What it answers on errors is not documented.

const paths: Record<string, string> = {
  image: '/generate/bailian/wan2-image-to-video',
  frames: '/generate/bailian/wan2-keyframe-to-video',
};

function submit(request: GenerationRequest, model: Model): HttpCall {
  const [first, last] = [inputsOf(request, 'first_frame')[0]?.url, inputsOf(request, 'last_frame')[0]?.url];
  const files =
    model.dialect === 'frames'
      ? { first_frame_url: first, last_frame_url: last }
      : { image_url: first, audio_url: inputsOf(request, 'driving_audio')[0]?.url };
  const fields = {
    ...files,
    model: request.omitsModel === true ? undefined : request.model,
    prompt: request.prompt,
    negative_prompt: request.negativePrompt,
    resolution: request.resolution,
    duration: request.duration,
    audio: request.audio,
    shot_type: request.shotType,
    prompt_extend: request.promptExtend,
    watermark: request.watermark,
    seed: request.seed,
    ...request.extras,
  };
  const body = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return {
    method: 'POST',
    path: paths[model.dialect] ?? '/',
    body: withOverrides(body, request.overrides, ''),
  };
}

const states: Record<string, TaskReport['state']> = {
  pending: 'queued',
  processing: 'running',
  completed: 'succeeded',
  failed: 'failed',
};

// Older pages show a list of addresses, newer ones a list of objects.
const resultItem = z.union([
  z.string().transform((url) => ({ type: undefined, url: asResultLink(url) })),
  z.object({ type: text, url: writtenLink }),
]);

const taskReply = z.object({
  id: taskId,
  request_id: text,
  status: text,
  error_code: text,
  error_msg: text,
  message: text,
  result: z
    .union([
      z.array(resultItem.catch({ type: undefined, url: undefined })),
      resultItem.transform((only) => [only]),
    ])
    .optional()
    .catch(undefined),
});

function readTask(body: unknown): TaskReport | undefined {
  const reply = readLoosely(taskReply, body);
  const state = states[reply?.status?.toLowerCase() ?? ''];
  if (reply === undefined || state === undefined) return undefined;
  const items = reply.result ?? [];
  const videos = items.filter(({ type }) => type?.toLowerCase() === 'video');
  const video = pickLink([...videos, ...items].map(({ url }) => url));
  return {
    state,
    ...reportLink(state === 'succeeded' ? video : undefined),
    ...present({
      requestId: reply.request_id,
      code: state === 'failed' ? reply.error_code : undefined,
      message: state === 'failed' ? (reply.error_msg ?? reply.message) : undefined,
    }),
  };
}

const errorFields = { code: text, error_code: text, message: text, error_msg: text, request_id: text };
const errorReply = z.object({ ...errorFields, error: object(errorFields) });

/** What its own web client reads, in its order. */
function readRefusal(body: unknown): Refusal | undefined {
  const reply = readLoosely(errorReply, body);
  const place = reply?.error ?? reply;
  const code = place?.error_code ?? place?.code;
  const message = place?.message ?? place?.error_msg;
  if (code === undefined && message === undefined) return undefined;
  return { code, message: message ?? code ?? '', requestId: reply?.request_id };
}

const readTaskId = (body: unknown, written?: string) => readId(at(body, 'task_id'), written);

export const sinancodeProtocol: Protocol = {
  submit,
  readTaskId,
  query: (id) => ({ method: 'GET', path: `/tasks/${encodeURIComponent(id)}` }),
  readTask,
  readRefusal,
  checkMayBeEmpty: false,
  meaningOf,
  // Nothing is documented about its refusals, so none of them is taken for "not accepted, try again".
  retriesRefusedSubmits: false,
  saysRefused: (body) => readTaskId(body) === undefined && readRefusal(body)?.code !== undefined,
  refusesWithServerErrors: false,
  // Its pages say nothing of what a failed task costs.
  failuresAreFree: false,
};
