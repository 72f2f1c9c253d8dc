/** Words for where a job stands; the `status` of its document. */
export const jobStatuses = [
  'prepared',
  'submitting',
  'unconfirmed',
  'queued',
  'running',
  'succeeded',
  'failed',
  'canceled',
  'expired',
] as const;

/** What a service bills and made, as far as it says so. Seconds. */
export type Usage = {
  billedSeconds: number | null;
  inputSeconds: number | null;
  outputSeconds: number | null;
  raw: unknown;
};

/** ISO 8601 with zone, by the service's clock, as far as it tells them. A task starts when it leaves the queue. */
export type TaskTimes = {
  submittedAt?: string;
  startedAt?: string;
  finishedAt?: string;
};

/** One reading of a task: all the rest of the program ever learns of a service's reply. */
export type TaskReport = TaskTimes & {
  /** `unknown`: the service has no such task, or does not show it yet. */
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled' | 'unknown';
  /** The links to the result: addresses, or references that want the API's address in front. */
  links: string[];
  /** The service's own spelling of the link, where it is another or leads nowhere. */
  written?: string;
  requestId?: string;
  /** It failed, but the service has not said that this is the end: it may still be trying. */
  isPassing?: true;
  /** The service's reason, when the task failed. */
  code?: string;
  message?: string;
  usage?: Usage;
  /** Pixels of the result, where the service says so. */
  width?: number;
  height?: number;
  /** What the service says it was asked for. */
  prompt?: string;
  model?: string;
};

/** What programs write where they have nothing to say. */
const nothing =
  /^[\s"'()[\]{}.-]*(?:none|null|nil|undefined|n\/?a|ok|0|200|success|succeeded|no[ _-]?error)?[\s"'()[\]{}.-]*$/iu;

/** True for a text that says nothing went wrong, or nothing at all. */
export function saysNothing(written: string | undefined): boolean {
  return written === undefined || nothing.test(written);
}

/** True when a failure says what it failed for: then it is over. */
export function hasReason({ isPassing, code, message }: TaskReport): boolean {
  return isPassing !== true && !(saysNothing(code) && saysNothing(message));
}
