import * as z from 'zod';
import { ExitCode, type ErrorClass } from './exit-code.ts';
import { errorOfClass, type WanError } from './errors.ts';
import { parseJobId } from './job-id.ts';
import { localFileSchema, mediaFactsSchema } from './media-facts.ts';
import { mediaRoles } from './media-rule.ts';
import { modes, vaceFunctions } from './mode.ts';
import { providerIds } from './model.ts';
import { regionIds } from './region.ts';
import { filledFields } from './request.ts';
import { jobStatuses } from './task.ts';

/** The version of the record's shape. A record of a newer one is refused, never rewritten. */
export const recordVersion = 1;

const errorClasses = Object.keys(ExitCode).filter((name) => name !== 'ok') as [ErrorClass, ...ErrorClass[]];

const errorSchema = z.object({
  class: z.enum(errorClasses),
  code: z.string().nullable(),
  message: z.string(),
  hint: z.string().nullable(),
  retryable: z.boolean(),
  request_id: z.string().nullable(),
});
/** A failure as records and documents hold it. */
export type StoredError = z.infer<typeof errorSchema>;

const requestSchema = z.object({
  mode: z.enum(modes),
  model: z.string(),
  prompt: z.string().optional(),
  negativePrompt: z.string().optional(),
  omitsModel: z.literal(true).optional(),
  vaceFunction: z.enum(vaceFunctions).optional(),
  media: z.array(
    z.object({
      role: z.enum(mediaRoles),
      url: z.string(),
      file: localFileSchema.optional(),
      facts: mediaFactsSchema.optional(),
    }),
  ),
  size: z.string().optional(),
  resolution: z.string().optional(),
  ratio: z.string().optional(),
  duration: z.number().optional(),
  audio: z.boolean().optional(),
  shotType: z.enum(['single', 'multi']).optional(),
  promptExtend: z.boolean().optional(),
  watermark: z.boolean().optional(),
  seed: z.number().optional(),
  callbackUrl: z.string().optional(),
  extras: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).readonly()]))
    .optional(),
  overrides: z
    .array(z.object({ path: z.string(), value: z.unknown() }))
    .readonly()
    .optional(),
  filled: z.array(z.enum(filledFields)).readonly().optional(),
});

const outputSchema = z.object({
  /** The signed link, byte for byte; it opens the video until it expires. */
  url: z.string(),
  path: z.string().nullable(),
  bytes: z.number().nullable(),
  sha256: z.string().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  seconds: z.number().nullable(),
  has_audio: z.boolean().nullable(),
});
export type JobOutput = z.infer<typeof outputSchema>;

const usageSchema = z.object({
  billedSeconds: z.number().nullable(),
  inputSeconds: z.number().nullable(),
  outputSeconds: z.number().nullable(),
  raw: z.unknown(),
});

const answerSchema = z.object({ status: z.number(), type: z.string().nullable(), text: z.string() });

/** How the command that started the job wanted it saved. */
const savingSchema = z.object({
  /** An absolute path, a template, or `-`; null means the default template. */
  output: z.string().nullable(),
  /** Absolute: where templates and default names start. */
  directory: z.string(),
  force: z.boolean(),
});
export type Saving = z.infer<typeof savingSchema>;

const presentTime = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'no time');
const time = presentTime.nullable();

/** One job on disk. Loose towards unknown fields, so that a field added later does not make it foreign. */
export const jobSchema = z.looseObject({
  version: z.literal(recordVersion),
  id: z.string().refine((id) => parseJobId(id) === id, 'no job id'),
  provider: z.enum(providerIds),
  /** `sandbox` for a job of the service inside this program. */
  region: z.enum([...regionIds, 'sandbox']).nullable(),
  profile: z.string(),
  /** Only an address that is not the provider's own. It is compared with the settings, never followed. */
  custom_base: z.string().nullable(),
  workspace: z.string().nullable(),
  /** Keyed hash of key, region and base: tells whether another key asks. */
  fingerprint: z.string(),
  /** Null for a task met by its id alone. */
  mode: z.enum(modes).nullable(),
  model: z.string().nullable(),
  request: requestSchema.nullable(),
  status: z.enum(jobStatuses),
  created_at: presentTime,
  /** When the submit's bytes were about to leave. */
  sent_at: time,
  /** The same by the service's clock, where its answer was unclear and the service was asked for the time. */
  service_sent_at: presentTime.optional(),
  /** How long this machine had been running then: an age that no clock on a wall can change. */
  sent_uptime: z.object({ boot: z.string(), ms: z.number() }).optional(),
  /** When the service's list was first read to its end after that send, by the service's clock. */
  first_read_at: presentTime.optional(),
  /** The task was found, or named by the user, not told in the answer; `settled`: no other one can turn up. */
  adopted: z.object({ settled: z.boolean() }).optional(),
  submitted_at: time,
  finished_at: time,
  expires_at: time,
  task_id: z.string().nullable(),
  request_id: z.string().nullable(),
  saving: savingSchema,
  /** The user's own name for it: the same one never makes a second job. */
  job_key: z.string().optional(),
  /** Which of several that one command made, from 1. */
  index: z.number().optional(),
  /** The first words of an answer to the submit that was not plainly a yes or a no. */
  answer: answerSchema.optional(),
  /** The ids of tasks that such an answer named. */
  named_tasks: z.array(z.string()).optional(),
  outputs: z.array(outputSchema),
  usage: usageSchema.nullable(),
  error: errorSchema.nullable(),
  /** The service's own `Date` of the answer that accepted it. */
  service_submitted_at: presentTime.optional(),
  /** The service's `Date` when it first said that it knows no such task, since it last knew it. */
  first_unknown_at: presentTime.optional(),
  /** It failed, as far as was seen, and the service gave no reason: whoever names it asks again. */
  unreasoned: z
    .object({
      /** The service's `Date` of the first such answer, where it has one. */
      at: time,
      /** It was looked at as often and as long as it takes. */
      settled: z.boolean(),
    })
    .optional(),
  /** The service's own spelling of the link, where it is another than the one used, or leads nowhere. */
  link_as_written: z.string().optional(),
});
export type Job = z.infer<typeof jobSchema>;

/** True when nothing more will happen to it by itself: the record may leave the open ones. */
export function isFinal(job: Job): boolean {
  if (job.status === 'succeeded') return job.outputs.some((output) => output.path !== null);
  return hasEnded(job);
}

/** True while the service works on it, as far as is known. */
export function isUnderWay({ status }: Pick<Job, 'status'>): boolean {
  return status === 'queued' || status === 'running';
}

/** True when the task has ended, saved or not; a failure without a reason only once it was looked at long enough. */
export function hasEnded({ status, unreasoned }: Pick<Job, 'status' | 'unreasoned'>): boolean {
  if (unreasoned?.settled === false) return false;
  return status === 'succeeded' || status === 'failed' || status === 'canceled' || status === 'expired';
}

/** True once there is a link to its video. */
export function hasLink({ status, outputs }: Pick<Job, 'status' | 'outputs'>): boolean {
  return status === 'succeeded' && outputs.length > 0;
}

/** True when the service said that it ended, and left out what makes an end believable: a reason, or a link. */
export function isDoubted(job: Job): job is Job & { task_id: string } {
  if (job.task_id === null) return false;
  return job.status === 'succeeded' ? job.outputs.length === 0 : job.unreasoned !== undefined;
}

/** True while it is open whether the service has it: being sent, or sent and never answered. */
export function isOpenSubmit({ status }: Pick<Job, 'status'>): boolean {
  return status === 'submitting' || status === 'unconfirmed';
}

/** True once the service has given it an id. */
export function hasTask(job: Job): job is Job & { task_id: string } {
  return job.task_id !== null;
}

export function toStoredError(error: WanError): StoredError {
  return {
    class: error.class,
    code: error.code ?? null,
    message: error.message,
    hint: error.hint ?? null,
    retryable: error.retryable,
    request_id: error.requestId ?? null,
  };
}

/** The failure that a record keeps, as it was thrown. */
export function fromStoredError(stored: StoredError): WanError {
  return errorOfClass(stored.class, stored.message, {
    hint: stored.hint ?? undefined,
    code: stored.code ?? undefined,
    requestId: stored.request_id ?? undefined,
    retryable: stored.retryable,
  });
}
