import type { HttpReply } from './http.ts';
import { asTaskId, asText } from './untrusted.ts';

/** Objects inside objects that are looked into. */
const maxDepth = 4;
/** Of one answer: more are no answer to a submit. */
const maxNamed = 20;

const statusKeys = ['status', 'state', 'task_status', 'taskStatus'];
/** Words of how the call went, beside which an id is the call's. */
const callWords = /^(?:ok|error|fail|failure|denied|forbidden|unauthorized|invalid|bad_?request)$/iu;
const uuid = '[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}';
/** `task 1234…`, `Task ID: 1234…`, `"task_id":"1234…`, `/tasks/1234…`. */
const written = new RegExp(
  `(?<![\\w-])tasks?(?:[\\s_-]?id)?[\\s"'\`:=#/(\\\\-]{1,12}(${uuid})(?![\\w-])`,
  'giu',
);
const isUuid = new RegExp(`^${uuid}$`, 'iu');
const taskHeader = /(?:^|-)task-?id$/iu;
/** A proxy's or a browser's own, which never name what was bought. */
const callHeaders = /(?:request|trace|span|correlation)-?id$|^(?:set-cookie|traceparent)$/iu;
/** A service's ids of calls are none of tasks, whatever they look like. */
const callKeys = /^(?:request|trace|span|correlation)_?id$/iu;

/**
 * The ids of tasks that an answer names, whatever its status and wherever they stand: a paid task is worth more than
 * a service's idea of where its id belongs. Ids of calls, and what we sent ourselves, are none.
 * @param sent the submit's body, which a service may echo
 */
export function namedTasks(
  reply: Pick<HttpReply, 'text' | 'json'> & Partial<Pick<HttpReply, 'headers'>>,
  sent: unknown,
): string[] {
  const found = new Set<string>();
  const own = leavesOf(sent);
  const isOurs = (id: string) =>
    own.some((leaf) => leaf === id || (id.length >= 16 && leaf.toLowerCase().includes(id.toLowerCase())));
  const add = (value: unknown) => {
    const id = readId(value, reply.text);
    if (id !== undefined && found.size < maxNamed && !isOurs(id)) found.add(id);
  };
  if (reply.json === undefined) for (const [, id] of reply.text.matchAll(written)) add(id);
  else walk(reply.json, maxDepth, add);
  // `Location: …/tasks/1234…` of a 201 or a redirect, or a header of its own.
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    if (callHeaders.test(name)) continue;
    if (taskHeader.test(name)) add(value);
    else for (const [, id] of value.matchAll(written)) add(id);
  }
  return [...found];
}

/** An id as a service writes it: text, or a number, whose last digits JSON would round off. */
export function readId(value: unknown, text = ''): string | undefined {
  if (typeof value === 'string') return asTaskId(value.trim());
  if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0) return undefined;
  if (Number.isSafeInteger(value)) return String(value);
  const exact = [...text.matchAll(/(?<![\d.])\d{16,40}(?![\d.])/gu)]
    .map(([digits]) => digits)
    .filter((digits) => Number(digits) === value);
  return new Set(exact).size === 1 ? exact[0] : undefined;
}

function walk(value: unknown, depth: number, add: (id: unknown) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, depth, add);
    return;
  }
  if (typeof value === 'string') for (const [, id] of value.matchAll(written)) add(id);
  if (typeof value !== 'object' || value === null || depth === 0) return;
  const fields = value as Record<string, unknown>;
  const field = (key: string) => (Object.hasOwn(fields, key) ? fields[key] : undefined);
  add(field('task_id'));
  add(field('taskId'));
  if (isUuid.test(asText(field('task')) ?? '')) add(field('task'));
  if (statusKeys.some((key) => isStatusWord(field(key)))) add(field('id'));
  for (const [key, inner] of Object.entries(fields)) if (!callKeys.test(key)) walk(inner, depth - 1, add);
}

function isStatusWord(value: unknown): boolean {
  const word = typeof value === 'string' ? (asText(value) ?? '') : '';
  return /^[a-z][a-z_-]{1,30}$/iu.test(word) && !callWords.test(word);
}

/** Every text and number in what was sent. */
function leavesOf(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(leavesOf);
}
