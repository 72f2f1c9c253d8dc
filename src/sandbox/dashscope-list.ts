import type { Region } from '../core/region.ts';
import { Refused } from './reply.ts';
import type { Call } from './route.ts';
import type { TaskRow } from './task-index.ts';
import type { Task } from './task-store.ts';
import { endsAt, scheduledAt, stateAt } from './task-timeline.ts';

const dayMs = 24 * 3_600_000;

type TaskList = { total: number; total_page: number; page_no: number; page_size: number; data: object[] };

/**
 * What `GET /tasks/` answers, without the request id.
 * @param find reads one of the tasks that are shown
 * @throws {Refused} InvalidParameter
 */
export async function listTasks(
  tasks: readonly TaskRow[],
  find: (id: string) => Promise<Task | undefined>,
  { query, now }: Pick<Call, 'query' | 'now'>,
  region: Region | undefined,
): Promise<TaskList> {
  const [from, to] = readSpan(query, now);
  const pageNo = readCount(query, 'page_no', 1);
  const pageSize = readCount(query, 'page_size', 10);
  const [id, model, status] = ['task_id', 'model_name', 'status'].map((name) => query.get(name) ?? '');
  const rows = tasks
    .map((task) => ({ task, status: stateAt(task, now) }))
    // A task that is no longer shown by id is not listed either.
    .filter((row) => row.status !== 'UNKNOWN')
    .filter(({ task }) => (id === '' ? task.submittedAt >= from && task.submittedAt <= to : task.id === id))
    .filter(({ task }) => model === '' || task.model === model)
    .filter((row) => status === '' || statusName(row.status) === status);
  const data: object[] = [];
  for (const row of rows.slice((pageNo - 1) * pageSize, pageNo * pageSize)) {
    // oxlint-disable-next-line no-await-in-loop -- a page may be of any size
    const task = await find(row.task.id);
    if (task === undefined) {
      // Its file is gone or damaged: it counts no more.
      return listTasks(
        tasks.filter(({ id: other }) => other !== row.task.id),
        find,
        { query, now },
        region,
      );
    }
    data.push(listItem(task, statusName(row.status), now, region));
  }
  return {
    total: rows.length,
    total_page: Math.ceil(rows.length / pageSize),
    page_no: pageNo,
    page_size: pageSize,
    data,
  };
}

function statusName(state: ReturnType<typeof stateAt>): string {
  return state === 'NOURL' ? 'SUCCEEDED' : state;
}

/** No prompt and no link: those are told by id only. */
function listItem(task: Task, status: string, now: number, region: Region | undefined) {
  const hasStarted = task.canceledAt === undefined && now >= scheduledAt(task);
  const hasEnded = now >= endsAt(task) && status !== 'SUSPENDED';
  return {
    api_key_id: task.account.slice(0, 8),
    caller_parent_id: '1000000000000001',
    caller_uid: '1000000000000001',
    gmt_create: task.submittedAt,
    ...(hasStarted ? { start_time: scheduledAt(task) } : {}),
    ...(hasEnded ? { end_time: endsAt(task) } : {}),
    model_name: task.model,
    region: regionNames[region ?? 'beijing'],
    request_id: task.requestId,
    status,
    task_id: task.id,
    user_api_unique_key: `apikey:v1:aigc:${String(task.details['group'])}:video-synthesis:${task.model}`,
  };
}

const regionNames: Record<Region, string> = {
  beijing: 'cn-beijing',
  singapore: 'ap-southeast-1',
  virginia: 'us-east-1',
  frankfurt: 'eu-central-1',
  hongkong: 'cn-hongkong',
  tokyo: 'ap-northeast-1',
};

/** The span that is listed, at most a day: none given is the last one, one end given is the day beside it. */
function readSpan(query: URLSearchParams, now: number): [from: number, to: number] {
  const start = readTime(query, 'start_time');
  const end = readTime(query, 'end_time');
  // The filter has no fractions: a last second counts as a whole.
  const to = end === undefined ? undefined : end + 999;
  if (start === undefined) return end === undefined ? [now - dayMs, now] : [end - dayMs, end + 999];
  if (to === undefined) return [start, start + dayMs];
  if (to < start || to - start > dayMs + 999) {
    throw new Refused(400, 'InvalidParameter', 'end_time must lie after start_time, by at most 24 hours.');
  }
  return [start, to];
}

function readTime(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/u.exec(text);
  const [, year, month, day, hours, minutes, seconds] = match ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}+08:00`);
  if (Number.isNaN(time))
    throw new Refused(400, 'InvalidParameter', `${name} must be written YYYYMMDDhhmmss.`);
  return time;
}

function readCount(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name) ?? '';
  if (text === '') return fallback;
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new Refused(400, 'InvalidParameter', `${name} must be a positive integer.`);
  return count;
}
