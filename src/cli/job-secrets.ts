import type { Job } from '../core/job.ts';
import type { Redact } from '../core/redact.ts';
import type { JobStore } from '../store/jobs.ts';

/**
 * Records that hold no key: what others said loses it on its way in once more, whichever way it came. The request is
 * the user's, and stays as it will be sent.
 */
export function withoutKeys(jobs: JobStore, redact: Redact): JobStore {
  const clean = (job: Job): Job => ({
    ...job,
    error: cleaned(job.error, redact),
    usage: cleaned(job.usage, redact),
    ...(job.answer === undefined ? {} : { answer: cleaned(job.answer, redact) }),
  });
  return {
    ...jobs,
    save: (job, ...rest) => jobs.save(clean(job), ...rest),
    reopen: (job, ...rest) => jobs.reopen(clean(job), ...rest),
  };
}

function cleaned<Value>(value: Value, redact: Redact): Value {
  if (typeof value === 'string') return redact(value) as Value;
  if (Array.isArray(value)) return value.map((item) => cleaned<unknown>(item, redact)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [redact(name), cleaned<unknown>(item, redact)]);
  return Object.fromEntries(entries) as Value;
}
