import type { ReadTimes } from '../core/lost-send.ts';
import { describeRefusal } from '../core/refusal.ts';
import type { ListedTask, TaskPage } from '../core/task-list.ts';
import type { TaskList } from '../providers/protocol.ts';
import type { Connection, Runtime } from './runtime.ts';

/** Tasks of a day, at 50 a page: more than any account of a person has. */
const maxPages = 400;
/** A list that moves while it is read is read again so often. */
const readings = 4;
const tries = 4;
const retryMs = 2_000;
const timeoutMs = 60_000;

export type Listing =
  | ({ kind: 'listed'; tasks: ListedTask[] } & ReadTimes)
  /** What is not in it proves nothing. */
  | { kind: 'unreadable'; reason: string };

export type Page = { kind: 'page'; dateMs: number | undefined } & TaskPage;
type Unreadable = { kind: 'unreadable'; reason: string };

/** All tasks of the account that the service lists, or why they cannot be known. Asking costs nothing. */
export async function listTasks(runtime: Runtime, connection: Connection, list: TaskList): Promise<Listing> {
  for (let reading = 1; ; reading += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one reading after the other
    const listing = await readOnce(runtime, connection, list);
    if (listing.kind !== 'moved') return listing;
    if (reading === readings) return { kind: 'unreadable', reason: listing.reason };
  }
}

/**
 * One reading from the first page to the last. Tasks that come or go meanwhile push others from page to page: then some
 * are seen twice, or not at all, and the numbers do not fit.
 */
async function readOnce(
  runtime: Runtime,
  connection: Connection,
  list: TaskList,
): Promise<Listing | { kind: 'moved'; reason: string }> {
  const found = new Map<string, ListedTask>();
  let first: Page | undefined;
  for (let page = 1; page <= maxPages; page += 1) {
    // Whether there is another page is known from the one before.
    // oxlint-disable-next-line no-await-in-loop
    const answer = await readPage(runtime, connection, list.page(page), list);
    if (answer.kind === 'unreadable') return answer;
    first ??= answer;
    if (answer.total !== first.total) return { kind: 'moved', reason: 'it changed while it was read' };
    const before = found.size;
    for (const task of answer.tasks) found.set(task.taskId, task);
    if (found.size !== before + answer.tasks.length) {
      return { kind: 'moved', reason: 'it shows the same tasks on several pages' };
    }
    const isEnd = answer.tasks.length === 0 || found.size === answer.total;
    if (!isEnd) continue;
    if (first.total !== undefined && found.size !== first.total) {
      return { kind: 'moved', reason: `it has ${first.total} tasks and shows ${found.size}` };
    }
    return { kind: 'listed', tasks: [...found.values()], startMs: first.dateMs, endMs: answer.dateMs };
  }
  return { kind: 'unreadable', reason: 'it does not end' };
}

/** One page; what passes is tried again. */
async function readPage(
  runtime: Runtime,
  connection: Connection,
  call: ReturnType<TaskList['page']>,
  list: TaskList,
): Promise<Page | Unreadable> {
  const { protocol } = connection.provider;
  let reason = '';
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    if (attempt > 1) await runtime.clock.sleep(retryMs * (attempt - 1), runtime.signal);
    const outcome = await runtime.send(connection, call, { timeoutMs, paced: true });
    if (outcome.kind !== 'reply') {
      ({ reason } = outcome);
      continue;
    }
    const { status, json, headers, trouble } = outcome.reply;
    const read = status >= 200 && status < 300 ? list.read(json) : undefined;
    if (read !== undefined) return { kind: 'page', ...read, dateMs: dateOf(headers) };
    const refusal = protocol.readRefusal(json);
    reason = describeRefusal(refusal) ?? trouble ?? `it answered ${status}`;
    const isPassing = status >= 500 || status === 408 || status === 429 || json === undefined;
    if (!isPassing) break;
  }
  return { kind: 'unreadable', reason };
}

/** When a call was begun, so that the service's clock can be asked for that moment later on. */
export type Moment = { monotonicMs: number; uptimeMs: number | undefined };

export async function momentOf({ clock, uptime }: Pick<Runtime, 'clock' | 'uptime'>): Promise<Moment> {
  const upMs = (await uptime?.())?.ms;
  return { monotonicMs: clock.monotonic(), uptimeMs: upMs };
}

/** Longer than this, the time of an answer says too little about the time of its question. */
const glanceMs = 20_000;

/**
 * What the service's clock showed at a moment of ours: the `Date` of its list's first page, asked for now, less the time
 * since. A list of one page has thereby been read to its end for the first time. Empty where nothing was learned.
 */
export async function glanceAtList(
  runtime: Runtime,
  connection: Connection,
  sent: Moment,
): Promise<{ service_sent_at?: string; first_read_at?: string }> {
  const { list } = connection.provider.protocol;
  if (list === undefined || runtime.signal.aborted) return {};
  try {
    const outcome = await runtime.send(connection, list.page(1), { timeoutMs: glanceMs, paced: true });
    if (outcome.kind !== 'reply' || outcome.reply.status < 200 || outcome.reply.status >= 300) return {};
    const dateMs = dateOf(outcome.reply.headers);
    const page = list.read(outcome.reply.json);
    if (dateMs === undefined || page === undefined) return {};
    const serviceSentMs = dateMs - (await elapsedSince(runtime, sent));
    const isWhole =
      page.total !== undefined && new Set(page.tasks.map((one) => one.taskId)).size === page.total;
    return {
      service_sent_at: new Date(serviceSentMs).toISOString(),
      ...(isWhole ? { first_read_at: new Date(dateMs).toISOString() } : {}),
    };
  } catch {
    // A look that costs nothing: the job is as open as it was.
    return {};
  }
}

/** Steady clocks stand still while some machines sleep; the machine's uptime does not. */
async function elapsedSince(runtime: Runtime, { monotonicMs, uptimeMs }: Moment): Promise<number> {
  const now = await momentOf(runtime);
  const byUptime =
    uptimeMs === undefined || now.uptimeMs === undefined ? 0 : Math.floor(now.uptimeMs - uptimeMs);
  return Math.max(now.monotonicMs - monotonicMs, byUptime);
}

function dateOf(headers: Readonly<Record<string, string>>): number | undefined {
  const ms = Date.parse(headers['date'] ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}
