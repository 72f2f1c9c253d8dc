import type { Job } from '../core/job.ts';
import { isEnd } from '../core/job-progress.ts';
import type { ListedTask } from '../core/task-list.ts';
import type { TaskReport } from '../core/task.ts';
import type { TaskList } from '../providers/protocol.ts';
import { listTasks, type Listing } from './list-tasks.ts';
import type { Connection, Runtime } from './runtime.ts';

// What one run has read already: several lost jobs are looked for in one reading of the list, by one pass over the open
// records, and no task is asked twice for what it has said.

const queryTimeoutMs = 60_000;
/** Questions that are on their way at once. */
const atOnce = 8;

/** A reading of the list, and the open records as they stood after it: who has a task in it was on disk before. */
export type Reading = {
  listing: Listing;
  open: readonly Job[];
  /** Which of our jobs has a listed task. */
  owners: ReadonlyMap<string, string>;
};

/** What a task said last; `undefined`: nothing that could be read. */
export type Look = { report: TaskReport | undefined; number: number };

export type SearchMemory = {
  /** When each job had been sent as the run began: only of those sends a reading shows what it can. */
  sends: ReadonlyMap<string, string | null>;
  /** The jobs whose locks this run holds: none of them is being sent. */
  held: Set<string>;
  readings: Map<string, Promise<Reading>>;
  looks: Map<string, Promise<Look>>;
  /** Counts the questions, so that a newer answer is known from an older one. */
  asked: number;
};

export function createSearchMemory(jobs: readonly Job[] = []): SearchMemory {
  const sends = new Map(jobs.map(({ id, sent_at: sentAt }) => [id, sentAt]));
  return { sends, held: new Set(), readings: new Map(), looks: new Map(), asked: 0 };
}

/** The list and the open records. Read once for all jobs that had been sent when it was read. */
export async function readAll(
  runtime: Runtime,
  connection: Connection,
  list: TaskList,
  job: Job,
  memory: SearchMemory,
): Promise<Reading> {
  const { fingerprint } = connection;
  if (memory.sends.get(job.id) !== job.sent_at) return readNow(runtime, connection, list);
  const known = memory.readings.get(fingerprint) ?? readNow(runtime, connection, list);
  memory.readings.set(fingerprint, known);
  return known;
}

export async function readNow(runtime: Runtime, connection: Connection, list: TaskList): Promise<Reading> {
  const listing = await listTasks(runtime, connection, list);
  if (listing.kind === 'unreadable') return { listing, open: [], owners: new Map() };
  // In this order: whose task is in the list had a record that said so, or that it was being sent.
  const open = await runtime.jobs.listOpen();
  // A record may be there whose note is not: killed between the two. Where there is a note, it decides.
  const owners = new Map(open.flatMap(({ task_id: taskId, id }) => (taskId === null ? [] : [[taskId, id]])));
  await eachOf(listing.tasks, async ({ taskId }) => {
    const owner = await runtime.jobs.ownerOf(taskId);
    if (owner !== undefined) owners.set(taskId, owner);
  });
  return { listing, open, owners };
}

/** The same for each, a few at a time. */
async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += atOnce) {
    // oxlint-disable-next-line no-await-in-loop -- descriptors and services are not to be flooded
    await Promise.all(items.slice(start, start + atOnce).map(work));
  }
}

/**
 * Asks for each task, unless it has ended, or has been asked for another job since the caller's last look at it.
 * @param seen the numbers of the looks that the caller had; taken further
 */
export async function askEach(
  runtime: Runtime,
  connection: Connection,
  tasks: readonly ListedTask[],
  memory: SearchMemory,
  seen: Map<string, number>,
): Promise<Map<string, TaskReport | undefined>> {
  const reports = new Map<string, TaskReport | undefined>();
  await eachOf(tasks, async ({ taskId }) => {
    const look = await lookAt(runtime, connection, taskId, memory, seen.get(taskId) ?? 0);
    seen.set(taskId, look.number);
    reports.set(taskId, look.report);
  });
  return reports;
}

async function lookAt(
  runtime: Runtime,
  connection: Connection,
  taskId: string,
  memory: SearchMemory,
  seen: number,
): Promise<Look> {
  const key = `${connection.fingerprint} ${taskId}`;
  const last = memory.looks.get(key);
  if (last !== undefined) {
    const look = await last;
    const isNews = look.number > seen || (look.report !== undefined && isEnd(look.report, connection.base));
    // Meanwhile another job may have asked again: that answer is as good.
    if (isNews) return look;
    const newer = memory.looks.get(key);
    if (newer !== undefined && newer !== last) return newer;
  }
  memory.asked += 1;
  const asking = ask(runtime, connection, taskId, memory.asked);
  memory.looks.set(key, asking);
  return asking;
}

async function ask(runtime: Runtime, connection: Connection, taskId: string, number: number): Promise<Look> {
  const { protocol } = connection.provider;
  const outcome = await runtime.send(connection, protocol.query(taskId), {
    timeoutMs: queryTimeoutMs,
    paced: true,
  });
  const isReply = outcome.kind === 'reply' && outcome.reply.status >= 200 && outcome.reply.status < 300;
  return { report: isReply ? protocol.readTask(outcome.reply.json) : undefined, number };
}
