import type { ListedTask } from '../core/task-list.ts';
import { describeRefusal } from '../core/refusal.ts';
import type { TaskList } from '../providers/protocol.ts';
import type { Connection, Runtime } from './runtime.ts';

/** Tasks of a day, at 50 a page: more than any account of a person has. */
const maxPages = 400;
const tries = 4;
const retryMs = 2_000;
const timeoutMs = 60_000;

export type Listing =
  | {
      kind: 'listed';
      tasks: ListedTask[];
      /** What the service's clock shows more than ours, in milliseconds; by its `Date`. */
      aheadMs: number;
    }
  | { kind: 'unreadable'; reason: string };

/** All tasks of the account that the service lists, or why they cannot be known. Asking costs nothing. */
export async function listTasks(runtime: Runtime, connection: Connection, list: TaskList): Promise<Listing> {
  const found = new Map<string, ListedTask>();
  let aheadMs = 0;
  for (let page = 1; page <= maxPages; page += 1) {
    // Whether there is another page is known from the one before.
    // oxlint-disable-next-line no-await-in-loop
    const answer = await readPage(runtime, connection, list, page);
    if (answer.kind === 'unreadable') return answer;
    if (page === 1) aheadMs = answer.aheadMs;
    const before = found.size;
    for (const task of answer.tasks) found.set(task.taskId, task);
    const isAll = answer.total !== undefined && found.size >= answer.total;
    if (isAll || answer.tasks.length === 0) {
      // Tasks that come while the pages are read push others along: then some were seen twice and some not at all.
      const isWhole = answer.total === undefined || found.size >= answer.total;
      return isWhole
        ? { kind: 'listed', tasks: [...found.values()], aheadMs }
        : { kind: 'unreadable', reason: `its list has ${answer.total} tasks and shows ${found.size}` };
    }
    if (found.size === before)
      return { kind: 'unreadable', reason: 'its list shows the same page again and again' };
  }
  return { kind: 'unreadable', reason: 'its list does not end' };
}

type Page =
  | { kind: 'page'; tasks: ListedTask[]; total: number | undefined; aheadMs: number }
  | { kind: 'unreadable'; reason: string };

async function readPage(
  runtime: Runtime,
  connection: Connection,
  list: TaskList,
  page: number,
): Promise<Page> {
  const { protocol } = connection.provider;
  let reason = '';
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    if (attempt > 1) await runtime.clock.sleep(retryMs * (attempt - 1), runtime.signal);
    const outcome = await runtime.send(connection, list.page(page), { timeoutMs, paced: true });
    if (outcome.kind !== 'reply') {
      ({ reason } = outcome);
      continue;
    }
    const { status, json, headers, trouble } = outcome.reply;
    const read = status >= 200 && status < 300 ? list.read(json) : undefined;
    if (read !== undefined) {
      const date = Date.parse(headers['date'] ?? '');
      const aheadMs = Number.isNaN(date) ? 0 : date - runtime.clock.now();
      return { kind: 'page', tasks: read.tasks, total: read.total, aheadMs };
    }
    const refusal = protocol.readRefusal(json);
    reason = describeRefusal(refusal) ?? trouble ?? `it answered ${status}`;
    const isPassing = status >= 500 || status === 408 || status === 429 || json === undefined;
    if (!isPassing) break;
  }
  return { kind: 'unreadable', reason };
}
