import type { Model } from '../../core/model.ts';
import type { GenerationRequest } from '../../core/request.ts';
import { asLink, asNumber, asObject, asTaskId, asText, at } from '../../core/untrusted.ts';
import type { TaskReport, Usage } from '../../core/task.ts';
import type { HttpCall, Protocol, Refusal } from '../protocol.ts';
import { meaningOf } from './error-codes.ts';
import { inputOf } from './dialects.ts';

// Alibaba Model Studio's native task API: `{model, input, parameters}` in, `{output, usage, request_id}` out.

const videoSynthesis = '/services/aigc/video-generation/video-synthesis';

function submit(request: GenerationRequest, model: Model): HttpCall {
  const input = inputOf(model.dialect, request);
  // The service refuses a body without `parameters`, so an empty object is sent where nothing was asked.
  const parameters = withoutAbsent({
    size: request.size,
    resolution: request.resolution,
    ratio: request.ratio,
    duration: request.duration,
    audio: request.audio,
    shot_type: request.shotType,
    prompt_extend: request.promptExtend,
    watermark: request.watermark,
    seed: request.seed,
  });
  const body = { model: request.model, input: withoutAbsent(input), parameters };
  return {
    method: 'POST',
    path: videoSynthesis,
    headers: {
      'X-DashScope-Async': 'enable',
      ...(hasOssLink(request) ? { 'X-DashScope-OssResourceResolve': 'enable' } : {}),
    },
    body,
  };
}

function hasOssLink(request: GenerationRequest): boolean {
  return [request.audioUrl, ...request.media.map((input) => input.url)].some(
    (url) => url?.toLowerCase().startsWith('oss://') === true,
  );
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

function readTask(body: unknown): TaskReport | undefined {
  const output = asObject(at(body, 'output'));
  const word = asText(output?.['task_status'])?.toUpperCase();
  const state = word === undefined ? undefined : states[word];
  if (output === undefined || state === undefined) return undefined;
  const usage = readUsage(at(body, 'usage'));
  const [width, height] = /^(\d+)\*(\d+)$/u.exec(asText(at(body, 'usage', 'size')) ?? '')?.slice(1) ?? [];
  const finishedAt = readTime(output['end_time']);
  return {
    state,
    links: state === 'succeeded' ? readLinks(output) : [],
    ...present('requestId', asText(at(body, 'request_id'))),
    ...present('finishedAt', finishedAt),
    ...present('code', asText(output['code'])),
    ...present('message', asText(output['message'])),
    ...present('usage', usage),
    ...present('width', asNumber(width)),
    ...present('height', asNumber(height)),
    ...present('prompt', typeof output['orig_prompt'] === 'string' ? output['orig_prompt'] : undefined),
  };
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}

/** The link stands in four places, by model family. */
function readLinks(output: Record<string, unknown>): string[] {
  const candidates = [
    output['video_url'],
    at(output, 'results', 'video_url'),
    at(output, 'results', 0, 'video_url'),
    at(output, 'results', 0, 'url'),
    output['output_video_url'],
  ];
  const link = candidates.map(asLink).find((candidate) => candidate !== undefined);
  return link === undefined ? [] : [link];
}

function readUsage(raw: unknown): Usage | undefined {
  if (asObject(raw) === undefined) return undefined;
  const seconds = asNumber(at(raw, 'duration')) ?? asNumber(at(raw, 'video_duration')) ?? null;
  return {
    billedSeconds: seconds,
    inputSeconds: asNumber(at(raw, 'input_video_duration')) ?? null,
    outputSeconds: asNumber(at(raw, 'output_video_duration')) ?? seconds,
    raw,
  };
}

/** `2026-04-16 23:13:40.553`, without zone: UTC+8 by all evidence. */
function readTime(value: unknown): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,3})?)/u.exec(asText(value) ?? '');
  if (match === null) return undefined;
  const time = new Date(`${match[1]}T${match[2]}+08:00`);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** Errors stand at the top, or wrapped in `error` by gateways in front of the service. */
function readRefusal(body: unknown): Refusal | undefined {
  const place = asObject(at(body, 'error')) ?? asObject(body);
  const code = asText(place?.['code']) ?? asText(place?.['type']);
  const message = asText(place?.['message']);
  if (code === undefined && message === undefined) return undefined;
  return {
    code,
    message: message ?? code ?? '',
    requestId: asText(at(body, 'request_id')) ?? asText(place?.['request_id']),
  };
}

export const dashscopeProtocol: Protocol = {
  submit,
  readTaskId: (body) => asTaskId(at(body, 'output', 'task_id')),
  query: (taskId) => ({ method: 'GET', path: `/tasks/${encodeURIComponent(taskId)}` }),
  readTask,
  readRefusal,
  checkKey: { method: 'GET', path: '/tasks/?page_no=1&page_size=1' },
  meaningOf,
  retriesRefusedSubmits: true,
};
