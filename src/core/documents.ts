import { ExitCode } from './exit-code.ts';
import type { Job, JobOutput, StoredError } from './job.ts';
import type { MediaRole } from './media-rule.ts';
import type { GenerationRequest } from './request.ts';
import { shownInput } from './shown-input.ts';
import { cutQueries, cutQuery } from './shown-link.ts';

// The documents of `--json`: a promise to scripts. Every key is always there, null where nothing is known.

export type JobDocument = ReturnType<typeof jobDocument>;

export function errorDocument(error: StoredError) {
  return {
    class: error.class,
    code: error.code,
    message: error.message,
    hint: error.hint,
    retryable: error.retryable,
    exit_code: ExitCode[error.class],
    request_id: error.request_id,
  };
}

export function jobDocument(job: Job, options: { isForeign?: boolean } = {}) {
  return {
    // A task met by its id alone has no job of ours.
    id: options.isForeign === true ? null : job.id,
    provider: job.provider,
    region: job.region,
    task_id: job.task_id,
    request_id: job.request_id,
    mode: job.mode,
    model: job.model,
    status: job.status,
    submitted_at: job.submitted_at,
    finished_at: job.finished_at,
    expires_at: job.expires_at,
    request: job.request === null ? null : requestDocument(job.request as GenerationRequest),
    outputs: job.outputs.map(outputDocument),
    usage:
      job.usage === null
        ? null
        : {
            billed_seconds: job.usage.billedSeconds,
            input_seconds: job.usage.inputSeconds,
            output_seconds: job.usage.outputSeconds,
            raw: job.usage.raw ?? null,
          },
    cost: null,
    error: job.error === null ? null : errorDocument(job.error),
  };
}

/** What is billed for several jobs together; null as soon as that of one is not known. */
export function totalsOf(jobs: readonly JobDocument[]): { billed_seconds: number | null; cost: null } {
  const billed = jobs.map((job) => job.usage?.billed_seconds ?? (isFree(job) ? 0 : null));
  const sum = billed.reduce((all, seconds) => (all === null || seconds === null ? null : all + seconds), 0);
  // Tenths add up to noise in the last digits.
  return { billed_seconds: sum === null ? null : Math.round(sum * 1000) / 1000, cost: null };
}

/** Nothing was sent, or it ended in a way that the services bill nothing for, and say so. */
function isFree({ status, task_id, error }: JobDocument): boolean {
  if (status === 'failed') return task_id === null || (error !== null && error.code !== null);
  return status === 'prepared' || status === 'canceled';
}

function outputDocument(output: JobOutput) {
  const { url, path, bytes, sha256, width, height, seconds, has_audio } = output;
  // What went to stdout lies nowhere.
  return { url, path: path === '-' ? null : path, bytes, sha256, width, height, seconds, has_audio };
}

/** A request in the vocabulary of the flags. Links lose their queries: those may be signed. */
function requestDocument(request: GenerationRequest) {
  const first = (...roles: MediaRole[]) => {
    const input = request.media.find(({ role }) => roles.includes(role));
    return input === undefined ? null : shownInput(input);
  };
  const references = request.media.filter(({ role }) => referenceRoles.includes(role));
  return {
    function: request.vaceFunction ?? null,
    prompt: request.prompt ?? null,
    negative_prompt: request.negativePrompt ?? null,
    image: first('image', 'first_frame'),
    last_frame: first('last_frame'),
    video: first('video', 'first_clip'),
    last_clip: first('last_clip'),
    mask_image: first('mask_image'),
    mask_video: first('mask_video'),
    ref: references.map(shownInput),
    audio_url: first('driving_audio'),
    size: request.size ?? null,
    resolution: request.resolution ?? null,
    ratio: request.ratio ?? null,
    duration: request.duration ?? null,
    audio: request.audio ?? null,
    shot_type: request.shotType ?? null,
    prompt_extend: request.promptExtend ?? null,
    watermark: request.watermark ?? null,
    seed: request.seed ?? null,
    callback_url: request.callbackUrl === undefined ? null : cutQuery(request.callbackUrl),
    // The rarer flags, and what `--param` set: only what was given.
    extras: request.extras ?? {},
    params: Object.fromEntries((request.overrides ?? []).map(({ path, value }) => [path, cutQueries(value)])),
  };
}

const referenceRoles: readonly MediaRole[] = [
  'reference_image',
  'reference_video',
  'reference_audio',
  'reference_voice',
  'file',
  'link',
];
