import { UsageError } from './errors.ts';
import { readExtra } from './extra.ts';
import { isProblem } from './problem.ts';
import { modes } from './mode.ts';
import { providerIds } from './model.ts';
import type { Job } from './job.ts';
import { jobStatuses } from './task.ts';

/** What jobs are wanted, as typed: each flag any number of times, with commas or without. */
export type TypedFilter = {
  status?: string[] | undefined;
  mode?: string[] | undefined;
  model?: string[] | undefined;
  provider?: string[] | undefined;
};

export type JobFilter = {
  fits: (job: Job) => boolean;
  /** Where alone such jobs lie; undefined for anywhere. */
  only: 'open' | 'done' | undefined;
  /** No filter at all. */
  isEmpty: boolean;
};

type Status = (typeof jobStatuses)[number];

const finalStatuses: readonly Status[] = ['failed', 'canceled', 'expired'];

/** @throws {UsageError} for a value that no job can have, naming the nearest one */
export function readFilter(typed: TypedFilter): JobFilter {
  const status = choices('status', typed.status?.map(asSpelled), jobStatuses) as Status[] | undefined;
  const mode = choices('mode', typed.mode, modes);
  const provider = choices('provider', typed.provider, [...providerIds, 'sandbox']);
  const model = split(typed.model)?.map((id) => id.toLowerCase());
  const has = (list: readonly string[] | undefined, value: string | null) =>
    list === undefined || (value !== null && list.includes(value));
  return {
    fits: (job) =>
      has(status, job.status) &&
      has(mode, job.mode) &&
      has(model, job.model?.toLowerCase() ?? null) &&
      (has(provider, job.provider) || (job.region === 'sandbox' && has(provider, 'sandbox'))),
    only: placeOf(status),
    isEmpty: [status, mode, provider, model].every((list) => list === undefined),
  };
}

function placeOf(status: readonly Status[] | undefined): JobFilter['only'] {
  // Rendered jobs are open until they are saved.
  if (status === undefined || status.includes('succeeded')) return undefined;
  if (status.every((one) => finalStatuses.includes(one))) return 'done';
  return status.some((one) => finalStatuses.includes(one)) ? undefined : 'open';
}

function asSpelled(text: string): string {
  return text.replaceAll(/cancelled/giu, 'canceled');
}

function choices(name: string, typed: string[] | undefined, values: readonly string[]): string[] | undefined {
  return split(typed)?.map((text) => {
    const value = readExtra(name, text, { kind: 'choice', values });
    if (isProblem(value)) throw new UsageError(value.message, { hint: value.hint });
    return String(value);
  });
}

function split(typed: string[] | undefined): string[] | undefined {
  return typed?.flatMap((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
}
