import * as z from 'zod';
import { anything, number, object, present, rawText, readLoosely, taskId, text } from '../../core/loose.ts';
import { pickLink, reportLink } from '../../core/result-link.ts';
import { saysNothing, type TaskReport, type Usage } from '../../core/task.ts';
import { asNumber, asObject, asText, at } from '../../core/untrusted.ts';
import { refusalOf, result, type Level, type Result } from './reply.ts';

const waitingWords = new Set(['queued', 'pending', 'processing', 'running', 'submitted']);
const doneWords = new Set(['completed', 'complete', 'succeeded', 'success', 'done', 'finished']);
const canceledWords = new Set(['cancelled', 'canceled']);
const failedWords = new Set(['failed', 'failure', 'error', 'rejected', ...canceledWords]);

const taskRecord = z.object({
  id: taskId,
  trace_id: text,
  created_at: anything,
  started_at: anything,
  finished_at: anything,
  request: object({ prompt: rawText, model: text }),
  // Some clients have met it as a JSON text.
  response: z
    .preprocess((value) => (typeof value === 'string' ? parseJson(value) : value), result)
    .optional(),
});

/**
 * The state of a record, by the rule that its documents and clients agree on: `finished_at` decides where it is
 * present; without it the words inside `response` do. What is no record, and not the nothing that stands for an
 * unknown task either, is no answer.
 */
export function readTask(body: unknown): TaskReport | undefined {
  if (body === null) return { state: 'unknown', links: [] };
  const record = readLoosely(taskRecord, body);
  if (record === undefined) return undefined;
  if (record.id === undefined) {
    return Object.keys(asObject(body) ?? {}).length === 0 ? { state: 'unknown', links: [] } : undefined;
  }
  const { response, finished_at: finished } = record;
  const levels: Level[] = response === undefined ? [] : [response, ...(response.data ?? [])];
  // Of several results one that did not fail is a video.
  const good = levels.filter((place) => !says(place, failedWords));
  const video = pickLink(good.map((place) => pickLink([place.video_url, place.video_urls, place.url])));
  const hasLink = video?.link !== undefined;
  const isOver = finished === undefined ? undefined : secondsOf(finished) !== undefined;
  const state = stateOf({
    isOver,
    saysFailed:
      saysFailed(response, isOver) ||
      (response !== undefined && says(response, failedWords)) ||
      (!hasLink && good.length < levels.length),
    saysCanceled: levels.some((place) => says(place, canceledWords)),
    saysDone: saysTrue(response?.success) || levels.some((place) => says(place, doneWords)),
    saysWaiting: levels.some((place) => says(place, waitingWords)),
    isEmpty: Object.keys(asObject(at(body, 'response')) ?? response ?? {}).length === 0,
    hasLink,
    hasStarted: secondsOf(record.started_at) !== undefined,
  });
  const reason = state === 'failed' ? refusalOf(response) : undefined;
  return {
    state,
    ...reportLink(state === 'succeeded' ? video : undefined),
    ...present({
      isPassing: state === 'failed' && isOver !== true ? (true as const) : undefined,
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

function says({ state, status }: Level, words: ReadonlySet<string>): boolean {
  return [state, status].some((word) => words.has(word?.toLowerCase() ?? ''));
}

function saysTrue(value: unknown): boolean {
  return value === true || value === 1 || asText(value)?.toLowerCase() === 'true';
}

/** A bare text without an end is a passing hiccup of the service: given up, it would cost a paid video. */
function saysFailed(response: Result | undefined, isOver: boolean | undefined): boolean {
  const error = response?.error;
  const isObject = Object.values(asObject(error) ?? {}).some(
    (value) => !saysNothing(asText(value)) || Object.keys(asObject(value) ?? {}).length > 0,
  );
  const isText = isOver === true && !saysNothing(asText(error));
  const success = response?.success;
  return (
    isObject || isText || success === false || success === 0 || asText(success)?.toLowerCase() === 'false'
  );
}

function stateOf(facts: {
  /** What `finished_at` says; undefined where it is absent. */
  isOver: boolean | undefined;
  saysFailed: boolean;
  saysCanceled: boolean;
  saysDone: boolean;
  saysWaiting: boolean;
  isEmpty: boolean;
  hasLink: boolean;
  hasStarted: boolean;
}): TaskReport['state'] {
  const waiting = facts.hasStarted ? 'running' : 'queued';
  // A failed attempt may show in `response` while the service still tries.
  if (facts.isOver === false) return waiting;
  if (facts.isOver === undefined && (facts.isEmpty || facts.saysWaiting)) return waiting;
  if (facts.saysFailed) return facts.saysCanceled && facts.isOver === true ? 'canceled' : 'failed';
  if (facts.hasLink) return 'succeeded';
  if (facts.isOver === undefined) return waiting;
  // Over, and neither a link nor a word of failure: believed only after further looks, whichever it is.
  return facts.saysDone ? 'succeeded' : 'failed';
}

/** A moment after 1970, in seconds since then or as a date: zero, and what Go calls zero, stand for "not yet". */
function secondsOf(value: unknown): number | undefined {
  const seconds = asNumber(value) ?? secondsOfDate(asText(value) ?? '');
  return seconds > 0 ? seconds : undefined;
}

/** A date without a zone is one of UTC. NaN for what is none. */
function secondsOfDate(written: string): number {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)\s*(Z|[+-]\d\d:?\d\d)?)?$/iu.exec(
    written,
  );
  if (match === null) return Number.NaN;
  const [, day, time = '00:00:00', zone = 'Z'] = match;
  return Date.parse(`${day}T${time.replace(',', '.')}${zone.toUpperCase()}`) / 1000;
}

/** Unix seconds with a fraction, or a date. Beyond the year 9999 they are no time. */
function readTime(value: unknown): string | undefined {
  const seconds = secondsOf(value);
  if (seconds === undefined || seconds > 253_402_300_799) return undefined;
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
