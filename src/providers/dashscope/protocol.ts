import * as z from 'zod';
import { placeExtras } from '../../core/extra.ts';
import { rulesFor, type Model } from '../../core/model.ts';
import { readId } from '../../core/named-tasks.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { GenerationRequest } from '../../core/request.ts';
import { asNumber, at } from '../../core/untrusted.ts';
import {
  number,
  object,
  present,
  rawText,
  readLoosely,
  resultLink,
  text,
  writtenLink,
} from '../../core/loose.ts';
import { pickLink, reportLink } from '../../core/result-link.ts';
import type { TaskReport, Usage } from '../../core/task.ts';
import type { HttpCall, Protocol } from '../protocol.ts';
import { meaningOf } from './error-codes.ts';
import { withOverrides } from '../overrides.ts';
import { dialectOf } from './dialects.ts';
import { taskList } from './task-list.ts';

// Alibaba Model Studio's native task API: `{model, input, parameters}` in, `{output, usage, request_id}` out.

function submit(request: GenerationRequest, model: Model): HttpCall {
  const rules = rulesFor(model, request.mode, request.vaceFunction);
  const dialect = dialectOf(rules.dialect);
  const extras = placeExtras(request.extras, rules.extras);
  const input = withoutAbsent({ ...dialect.input(request), ...extras.input });
  // The service refuses a body without `parameters`, so an empty object is sent where nothing was asked.
  const parameters = withoutAbsent({
    size: request.size,
    resolution: request.resolution,
    ratio: request.ratio,
    duration: request.duration,
    audio: request.audio,
    shot_type: request.shotType,
    prompt_extend: request.promptExtend,
    watermark: Object.hasOwn(input, 'watermark') ? undefined : request.watermark,
    seed: request.seed,
    ...extras.parameters,
  });
  const body = withOverrides({ model: request.model, input, parameters }, request.overrides, 'parameters');
  return {
    method: 'POST',
    path: `/services/aigc/${dialect.path}/video-synthesis`,
    headers: {
      'X-DashScope-Async': 'enable',
      ...(holdsOssLink(body) ? { 'X-DashScope-OssResourceResolve': 'enable' } : {}),
    },
    body,
  };
}

/** Uploads are read only when the header says so, wherever in the body they stand. */
function holdsOssLink(value: unknown): boolean {
  if (typeof value === 'string') return /^oss:\/\/\S+$/iu.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsOssLink);
}

function withoutAbsent(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const states: Record<string, TaskReport['state']> = {
  PENDING: 'queued',
  SUSPENDED: 'queued',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELED: 'canceled',
  CANCELLED: 'canceled',
  UNKNOWN: 'unknown',
};

const taskReply = z.object({
  request_id: text,
  output: z.object({
    task_status: text,
    submit_time: text,
    scheduled_time: text,
    end_time: text,
    code: text,
    message: text,
    orig_prompt: rawText,
    // The link stands in five places, by model family; in `results` once or as a list.
    video_url: writtenLink,
    results: resultLink,
    output_video_url: writtenLink,
    video_urls: resultLink,
  }),
  usage: object({
    duration: number,
    video_duration: number,
    input_video_duration: number,
    output_video_duration: number,
    size: text,
  }),
});

function readTask(body: unknown): TaskReport | undefined {
  const reply = readLoosely(taskReply, body);
  const state = states[reply?.output.task_status?.toUpperCase() ?? ''];
  if (reply === undefined || state === undefined) return undefined;
  const { output, usage } = reply;
  const video = pickLink([output.video_url, output.results, output.output_video_url, output.video_urls]);
  const [width, height] = /^(\d+)\*(\d+)$/u.exec(usage?.size ?? '')?.slice(1) ?? [];
  return {
    state,
    ...reportLink(state === 'succeeded' ? video : undefined),
    ...present({
      requestId: reply.request_id,
      submittedAt: readTime(output.submit_time ?? ''),
      startedAt: readTime(output.scheduled_time ?? ''),
      finishedAt: readTime(output.end_time ?? ''),
      code: output.code,
      message: output.message,
      usage: usage === undefined ? undefined : readUsage(usage, at(body, 'usage')),
      width: asNumber(width),
      height: asNumber(height),
      prompt: output.orig_prompt,
    }),
  };
}

function readUsage(usage: NonNullable<z.output<typeof taskReply>['usage']>, raw: unknown): Usage {
  const seconds = usage.duration ?? usage.video_duration ?? null;
  return {
    billedSeconds: seconds,
    inputSeconds: usage.input_video_duration ?? null,
    outputSeconds: usage.output_video_duration ?? seconds,
    raw,
  };
}

/** `2026-04-16 23:13:40.553`, without zone: UTC+8 by all evidence. */
function readTime(written: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,3})?)/u.exec(written);
  if (match === null) return undefined;
  const time = new Date(`${match[1]}T${match[2]}+08:00`);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

const errorFields = { code: text, type: text, message: text, request_id: text };
const errorReply = z.object({ ...errorFields, error: object(errorFields) });

/** Errors stand at the top, or wrapped in `error` by gateways in front of the service. */
function readRefusal(body: unknown): Refusal | undefined {
  const reply = readLoosely(errorReply, body);
  const place = reply?.error ?? reply;
  const message = place?.message;
  // A `type` alone is that of RFC 7807: an address of a page, from a gateway.
  const code = place?.code ?? (message === undefined ? undefined : place?.type);
  if (code === undefined && message === undefined) return undefined;
  return { code, message: message ?? code ?? '', requestId: reply?.request_id ?? place?.request_id };
}

export const dashscopeProtocol: Protocol = {
  submit,
  readTaskId: (body, written) => readId(at(body, 'output', 'task_id'), written),
  query: (id) => ({ method: 'GET', path: `/tasks/${encodeURIComponent(id)}` }),
  readTask,
  // Only what is PENDING can be cancelled; all else is answered 400 `UnsupportedOperation`.
  cancel: (id) => ({ method: 'POST', path: `/tasks/${encodeURIComponent(id)}/cancel` }),
  readRefusal,
  list: taskList,
  checkKey: { method: 'GET', path: '/tasks/?page_no=1&page_size=1' },
  checkMayBeEmpty: false,
  meaningOf,
  retriesRefusedSubmits: true,
  saysRefused: () => false,
  refusesWithServerErrors: true,
  failuresAreFree: true,
};
