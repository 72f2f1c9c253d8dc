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
  /** The links to the result; a succeeded task without any is a failure. */
  links: string[];
  requestId?: string;
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
