import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { makePrivateDirectory, writeFileAtomic } from '../store/atomic-file.ts';
import { errorCode } from '../core/error-code.ts';
import { taskFates } from './fault-plan.ts';
import { rowOf, TaskIndex, type TaskRow } from './task-index.ts';

const text = z.string();
const milliseconds = z.number();

const schema = z.object({
  version: z.literal(1),
  id: text,
  service: z.enum(['dashscope', 'acedata', 'sinancode']),
  /** Fingerprint of the key: tasks belong to an account, and each key is one here. */
  account: text,
  /** Epoch milliseconds; with the latency it says where the task stands at any time, in any process. */
  submittedAt: milliseconds,
  latencyMs: milliseconds,
  expiryMs: milliseconds,
  /** Set when it was cancelled while it waited. */
  canceledAt: milliseconds.optional(),
  /** How it ends, when not well. `code` may be empty: services sometimes give no reason. */
  fate: z.object({ state: z.enum(taskFates), code: text, message: text }).optional(),
  requestId: text,
  model: text,
  prompt: text.optional(),
  /** What the result shows. Pixels, and seconds. */
  clip: z.object({
    width: z.number(),
    height: z.number(),
    seconds: z.number(),
    sound: z.boolean(),
    title: text,
    seed: z.number().optional(),
  }),
  /** What only the service itself reads: the usage to report, the request to echo. */
  details: z.record(text, z.unknown()),
});

/** A task as it is kept. */
export type Task = z.output<typeof schema>;

/** The tasks of a directory, one file each; several servers may share it. */
export class TaskStore {
  readonly #directory: string;
  readonly #index: TaskIndex;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#index = new TaskIndex(`${directory}.jsonl`);
  }

  static async open(directory: string): Promise<TaskStore> {
    await makePrivateDirectory(directory);
    return new TaskStore(directory);
  }

  async save(task: Task): Promise<void> {
    await writeFileAtomic(this.#path(task.id), JSON.stringify(task));
    await this.#index.add(rowOf(task));
  }

  /** The task, whatever its age; undefined for an id that is not one of ours. */
  async find(id: string): Promise<Task | undefined> {
    if (!/^[0-9a-f-]{36}$/u.test(id)) return undefined;
    try {
      const parsed = schema.safeParse(JSON.parse(await readFile(this.#path(id), 'utf8')));
      return parsed.success ? parsed.data : undefined;
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** What lists need of every task, newest first; opens no task's file but those that no line tells of. */
  async rows(): Promise<TaskRow[]> {
    const names = await readdir(this.#directory);
    const ids = names.flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : []));
    const rows = await this.#index.rows(ids, async (id) => {
      const task = await this.find(id);
      return task === undefined ? undefined : rowOf(task);
    });
    return rows.toSorted((a, b) => b.submittedAt - a.submittedAt || (a.id < b.id ? 1 : -1));
  }

  async remove({ id }: { id: string }): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  #path(id: string): string {
    return join(this.#directory, `${id}.json`);
  }
}
