import type { Job } from '../core/job.ts';
import { isOver, judgeCandidates, type Candidate, type Finding } from '../core/judge-candidates.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { matchTask } from '../core/match-task.ts';
import { pollSchedule } from '../core/poll-schedule.ts';
import type { GenerationRequest } from '../core/request.ts';
import { candidatesIn, type ListedTask } from '../core/task-list.ts';
import { unknownRunTime } from './experience.ts';
import { listTasks } from './list-tasks.ts';
import type { Connection, Runtime } from './runtime.ts';
import { startTimer } from './timer.ts';

const queryTimeoutMs = 60_000;

/** What could be found out about a job whose submit was never answered. */
export type Search =
  | Finding
  /** None at its time, but these at another: a clock may have been set. */
  | { kind: 'other-time'; candidates: readonly Candidate[] }
  /** Nobody can say: there is no list, it cannot be read, or it is another account's. */
  | { kind: 'blind'; reason: string };

export type SearchOptions = {
  /** Milliseconds since 1970 at which to stop asking what still runs. */
  deadlineMs: number | undefined;
  pollIntervalMs: number | undefined;
};

/**
 * Looks for the task that an unconfirmed job may have become. Asking costs nothing; nothing is written.
 * The service tells a task's prompt only once it has succeeded, so what may be it is asked until it ends.
 */
export async function findLostTask(
  runtime: Runtime,
  connection: Connection,
  job: Job,
  options: SearchOptions,
): Promise<Search> {
  const { protocol, title } = connection.provider;
  const { list } = protocol;
  const sentMs = Date.parse(job.sent_at ?? job.created_at);
  if (list === undefined) return { kind: 'blind', reason: `${title} has no list of tasks to look into` };
  if (job.fingerprint !== connection.fingerprint) {
    return { kind: 'blind', reason: 'the key, region or address is another than the job was sent with' };
  }
  const listing = await listTasks(runtime, connection, list);
  if (listing.kind === 'unreadable') {
    return { kind: 'blind', reason: `${title}’s list of tasks could not be read: ${listing.reason}` };
  }
  const inTime = candidatesIn(listing.tasks, { model: job.model, sentMs: sentMs + listing.aheadMs });
  const tasks = await unowned(runtime, inTime, job);
  const candidates = await askUntilKnown(runtime, connection, { job, tasks, ...options });
  const finding = judgeCandidates(candidates, { sentMs, nowMs: runtime.clock.now() });
  if (finding.kind === 'not-accepted') {
    const twins = await findAtOtherTimes(runtime, connection, { job, tasks: listing.tasks, ...options });
    if (twins.length > 0) return { kind: 'other-time', candidates: twins };
  }
  if (list.isPromised || finding.kind === 'found' || finding.kind === 'open') return finding;
  return { kind: 'blind', reason: `${title}’s history shows no such task, which it does not promise to` };
}

/** As many tasks of the same model as are looked at before it is said that none is ours. */
const maxTwins = 50;

/**
 * Tasks that have our prompt, or have not told theirs yet, and were made at another time. The time is ours, and a clock
 * that was set since the send makes it wrong: such a task is never taken, but it keeps anybody from saying that there is none.
 */
async function findAtOtherTimes(
  runtime: Runtime,
  connection: Connection,
  asked: Asked,
): Promise<Candidate[]> {
  const { job } = asked;
  const alike = asked.tasks.filter(
    ({ model }) => model === undefined || job.model === null || model === job.model,
  );
  const tasks = (await unowned(runtime, alike, job)).slice(0, maxTwins);
  const candidates = await askUntilKnown(runtime, connection, { ...asked, tasks });
  return candidates.filter(({ match, state }) => match === 'ours' || (match === 'unknown' && !isOver(state)));
}

/** Those that no record of ours leads to. */
async function unowned(runtime: Runtime, tasks: readonly ListedTask[], job: Job): Promise<ListedTask[]> {
  const free: ListedTask[] = [];
  for (const task of tasks) {
    // oxlint-disable-next-line no-await-in-loop -- a read each
    if (!(await isOwned(runtime, task, job))) free.push(task);
  }
  return free;
}

/** A record that cannot be read, or is a newer version's, owns its task all the same. */
async function isOwned({ jobs }: Runtime, { taskId }: ListedTask, job: Job): Promise<boolean> {
  try {
    const owner = await jobs.findByTask(taskId);
    return owner !== undefined && owner.id !== job.id;
  } catch {
    return true;
  }
}

type Asked = SearchOptions & { job: Job; tasks: readonly ListedTask[] };

async function askUntilKnown(
  runtime: Runtime,
  connection: Connection,
  { job, tasks, deadlineMs, pollIntervalMs }: Asked,
): Promise<Candidate[]> {
  const request = job.request as GenerationRequest | null;
  const isLoopback = isLoopbackHost(new URL(connection.base).hostname);
  const schedule = pollSchedule({ isLoopback, fixedMs: pollIntervalMs, runTime: unknownRunTime });
  const timer = startTimer(runtime.clock, deadlineMs);
  const sentMs = Date.parse(job.sent_at ?? job.created_at);
  const seen = new Map<string, Candidate>();
  const isKnown = ({ taskId }: ListedTask) => {
    const { state, match } = seen.get(taskId) ?? {};
    return match === 'ours' || isOver(state);
  };
  for (let round = 0; ; round += 1) {
    for (const task of tasks.filter((one) => !isKnown(one))) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is gentle, and they are few
      seen.set(task.taskId, await look(runtime, connection, request, task));
    }
    const isOpen = tasks.some((task) => !isKnown(task));
    if (!isOpen || timer.isOver()) return [...seen.values()];
    if (round === 0) {
      const message = `what may be job ${job.id} still runs; only when it is done the service tells its prompt`;
      runtime.emit({ event: 'notice', job, message });
    }
    const sinceSubmitMs = Math.max(0, runtime.clock.now() - sentMs);
    const moment = { looks: round + 1, sinceSubmitMs, runningMs: undefined };
    await timer.sleep(schedule.delay(moment, runtime.random()), runtime.signal);
  }
}

async function look(
  runtime: Runtime,
  connection: Connection,
  request: GenerationRequest | null,
  task: ListedTask,
): Promise<Candidate> {
  const { protocol } = connection.provider;
  const { taskId } = task;
  const outcome = await runtime.send(connection, protocol.query(taskId), {
    timeoutMs: queryTimeoutMs,
    paced: true,
  });
  const isReply = outcome.kind === 'reply' && outcome.reply.status >= 200 && outcome.reply.status < 300;
  const report = isReply ? protocol.readTask(outcome.reply.json) : undefined;
  const told = { ...report, ...(task.prompt === undefined ? {} : { prompt: task.prompt }) };
  const match = request === null ? 'unknown' : matchTask(request, told);
  return { taskId, state: report?.state ?? 'queued', match };
}
