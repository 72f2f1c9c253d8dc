import type { Job } from '../core/job.ts';
import { isEnd } from '../core/job-progress.ts';
import { isUnclear, judgeCandidates, type Candidate, type Finding } from '../core/judge-candidates.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { isAheadOf, judgeEvidence, mayBeOf, wasThereInTime } from '../core/lost-send.ts';
import { matchTask } from '../core/match-task.ts';
import { pollSchedule } from '../core/poll-schedule.ts';
import type { GenerationRequest } from '../core/request.ts';
import type { ListedTask } from '../core/task-list.ts';
import type { TaskReport } from '../core/task.ts';
import { startDoubt, type Doubt } from './doubt.ts';
import { unknownRunTime } from './experience.ts';
import { findRivals, type Rivalry } from './find-rivals.ts';
import type { Connection, Runtime } from './runtime.ts';
import { askEach, createSearchMemory, readAll, type Reading, type SearchMemory } from './search-memory.ts';
import { startTimer } from './timer.ts';

/** What could be found out about a job whose submit was never answered. */
export type Search =
  | (Finding & Learned)
  /** Nobody can say: there is no list, it cannot be read, or it is another account's. */
  | { kind: 'blind'; reason: string };

/** What the record is to keep of it, for the next look. */
export type Learned = {
  firstReadAt: string | undefined;
  /** The evidence was whole: whatever may be ours is in the list by now. */
  isSettled: boolean;
};

export type SearchOptions = {
  /** When to stop asking what still runs, by the monotonic clock in milliseconds. */
  deadlineMs: number | undefined;
  pollIntervalMs: number | undefined;
  /** What this run has read for other jobs. */
  memory?: SearchMemory | undefined;
};

/** As many tasks of another time are looked at, the nearest first, where they cannot change what is said. */
const shownOutside = 50;

/**
 * Looks for the task that an unconfirmed job may have become. Asking costs nothing; nothing is written.
 * The service tells a task's prompt only once it has succeeded, so what may be it is asked until it ends.
 */
export async function findLostTask(
  runtime: Runtime,
  connection: Connection,
  stored: Job,
  options: SearchOptions,
): Promise<Search> {
  const { protocol, title } = connection.provider;
  const { list } = protocol;
  if (list === undefined) return { kind: 'blind', reason: `${title} has no list of tasks to look into` };
  if (stored.fingerprint !== connection.fingerprint) {
    return { kind: 'blind', reason: 'the key, region or address is another than the job was sent with' };
  }
  const memory = options.memory ?? createSearchMemory();
  memory.held.add(stored.id);
  const { listing, open, owners } = await readAll(runtime, connection, list, stored, memory);
  if (listing.kind === 'unreadable') {
    return { kind: 'blind', reason: `${title}’s list of tasks could not be read: ${listing.reason}` };
  }
  const evidence = judgeEvidence(stored, listing, await runtime.uptime?.());
  const firstReadAt = stored.first_read_at ?? isoOf(listing.endMs);
  const learned = { firstReadAt, isSettled: evidence.kind === 'whole' };
  const job: Job = firstReadAt === undefined ? stored : { ...stored, first_read_at: firstReadAt };

  const free = freeTasks(listing.tasks, owners, job);
  if (free.named !== undefined) return { kind: 'found', taskId: free.named, isSeedKnown: true, ...learned };
  const inTime = nearestFirst(free.tasks, job).filter(
    (task) => wasThereInTime(job, task) || isAheadOf(listing, task),
  );
  const [near, far] = divide(inTime, (task) => mayBeOf(job, task));
  const asked = await askUntilKnown(runtime, connection, { job, tasks: near, ...options, memory });
  const { inside, ...others } = await withoutTaken(runtime, { job, open, memory }, near, asked);
  // With something of ours, or that may be, at its time, no other time counts.
  const isSeen = inside.some((one) => one.match === 'ours' || isUnclear(one));
  const looked = isSeen ? [] : evidence.kind === 'whole' ? far : far.slice(0, shownOutside);
  const outside = await askOnce(runtime, connection, { job, tasks: looked, memory });
  const finding = judgeCandidates({ inside, outside, evidence, ...others });
  if (list.isPromised || ['found', 'open', 'other-time'].includes(finding.kind))
    return { ...finding, ...learned };
  return { kind: 'blind', reason: `${title}’s history shows no such task, which it does not promise to` };
}

/** While candidates were asked, other jobs may have got their answers, or have been found. */
async function withoutTaken(
  runtime: Runtime,
  where: { job: Job; open: Reading['open']; memory: SearchMemory },
  tasks: readonly ListedTask[],
  asked: readonly Candidate[],
): Promise<{ inside: readonly Candidate[] } & Omit<Rivalry, 'taken'>> {
  for (let inside = asked; ;) {
    // oxlint-disable-next-line no-await-in-loop -- there is mostly nothing to read
    const { taken, ...others } = await findRivals(runtime, where, tasks, inside);
    if (taken.size === 0) return { inside, ...others };
    inside = inside.filter(({ taskId }) => !taken.has(taskId));
  }
}

/** Those that none of our jobs has; `named`: one that is noted as this very job's. */
export function freeTasks(
  tasks: readonly ListedTask[],
  owners: Reading['owners'],
  job: Job,
): { tasks: ListedTask[]; named: string | undefined } {
  return {
    tasks: tasks.filter(({ taskId }) => !owners.has(taskId)),
    named: tasks.find(({ taskId }) => owners.get(taskId) === job.id)?.taskId,
  };
}

type Asked = SearchOptions & { job: Job; tasks: readonly ListedTask[]; memory: SearchMemory };

async function askUntilKnown(
  runtime: Runtime,
  connection: Connection,
  { job, tasks, deadlineMs, pollIntervalMs, memory }: Asked,
): Promise<Candidate[]> {
  const isLoopback = isLoopbackHost(new URL(connection.base).hostname);
  const schedule = pollSchedule({ isLoopback, fixedMs: pollIntervalMs, runTime: unknownRunTime });
  const timer = startTimer(runtime.clock, deadlineMs);
  const fromMs = runtime.clock.monotonic();
  const candidates = new Map<string, Candidate>();
  const doubts = new Map<string, Doubt>();
  /** It says an end without what makes one believable, and looking on would not change that: it stays open. */
  const isSettled = ({ taskId, state }: Candidate) => {
    const doubt = doubts.get(taskId) ?? startDoubt(runtime.clock);
    doubts.set(taskId, doubt);
    return doubt.saw(state) && (state === 'failed' || state === 'succeeded');
  };
  const seen = new Map<string, number>();
  let rest = tasks;
  for (let round = 0; ; round += 1) {
    const reports = await askEach(runtime, connection, rest, memory, seen);
    rest = rest.filter((task) => {
      const candidate = toCandidate(connection, job, task, reports.get(task.taskId));
      candidates.set(task.taskId, candidate);
      return candidate.match === 'unknown' && !candidate.hasEnded && !isSettled(candidate);
    });
    if (rest.length === 0 || timer.isOver()) return [...candidates.values()];
    if (round === 0) {
      const message = `what may be job ${job.id} has not ended; only when it is done the service tells its prompt`;
      runtime.emit({ event: 'notice', job, message });
    }
    const moment = {
      looks: round + 1,
      sinceSubmitMs: runtime.clock.monotonic() - fromMs,
      runningMs: undefined,
    };
    await timer.sleep(schedule.delay(moment, runtime.random()), runtime.signal);
  }
}

/** Each once, whatever it says. */
export async function askOnce(
  runtime: Runtime,
  connection: Connection,
  { job, tasks, memory }: Pick<Asked, 'job' | 'tasks' | 'memory'>,
): Promise<Candidate[]> {
  const reports = await askEach(runtime, connection, tasks, memory, new Map());
  return tasks.map((task) => toCandidate(connection, job, task, reports.get(task.taskId)));
}

function toCandidate(
  { base }: Connection,
  job: Job,
  task: ListedTask,
  report: TaskReport | undefined,
): Candidate {
  const request = job.request as GenerationRequest | null;
  const told = { ...report, ...(task.prompt === undefined ? {} : { prompt: task.prompt }) };
  const match = request === null ? 'unknown' : matchTask(request, told);
  return {
    taskId: task.taskId,
    state: report?.state ?? 'queued',
    hasEnded: report !== undefined && isEnd(report, base),
    match,
    createdMs: task.createdMs,
  };
}

function nearestFirst(tasks: readonly ListedTask[], job: Job): ListedTask[] {
  const sentMs = Date.parse(job.service_sent_at ?? job.sent_at ?? job.created_at);
  const distance = ({ createdMs }: ListedTask) => Math.abs((createdMs ?? sentMs) - sentMs);
  return tasks.toSorted((a, b) => distance(a) - distance(b));
}

function divide<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter((item) => isFirst(item)), items.filter((item) => !isFirst(item))];
}

function isoOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
