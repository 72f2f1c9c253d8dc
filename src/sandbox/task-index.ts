import { randomUUID } from 'node:crypto';
import { appendFile, open, rename, rm, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { errorCode } from '../core/error-code.ts';
import { taskFates } from './fault-plan.ts';

const milliseconds = z.number();

/** What tells a task's place in a list, and how it stands at any time. */
const rowSchema = z.object({
  id: z.string(),
  service: z.enum(['dashscope', 'acedata', 'sinancode']),
  account: z.string(),
  model: z.string(),
  submittedAt: milliseconds,
  latencyMs: milliseconds,
  expiryMs: milliseconds,
  canceledAt: milliseconds.optional(),
  fate: z.object({ state: z.enum(taskFates) }).optional(),
});
export type TaskRow = z.output<typeof rowSchema>;

/** So many lines that say nothing any more are let stand. */
const wastedLines = 1000;

/**
 * What lists need of every task, a line each in one file, so that a list of ten thousand opens no more files than it
 * shows. Several servers append to it and read on from where they were; the tasks' own files are what counts, and a line
 * that is missing is made again from them.
 */
export class TaskIndex {
  readonly #path: string;
  readonly #rows = new Map<string, TaskRow>();
  #inode = 0;
  #offset = 0;
  #lines = 0;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** The rows of the tasks that are there. @param readRow reads the file of one that has no line yet */
  async rows(
    ids: readonly string[],
    readRow: (id: string) => Promise<TaskRow | undefined>,
  ): Promise<TaskRow[]> {
    // One after the other: each goes on where the one before has stopped.
    const rows = this.#reading.then(() => this.#rowsOf(ids, readRow));
    this.#reading = rows.catch(() => {});
    return rows;
  }

  async #rowsOf(
    ids: readonly string[],
    readRow: (id: string) => Promise<TaskRow | undefined>,
  ): Promise<TaskRow[]> {
    await this.#readOn();
    const there = new Set(ids);
    for (const id of this.#rows.keys()) if (!there.has(id)) this.#rows.delete(id);
    for (const id of ids) {
      if (this.#rows.has(id)) continue;
      // oxlint-disable-next-line no-await-in-loop -- as a rule there is none
      const row = await readRow(id);
      // oxlint-disable-next-line no-await-in-loop
      if (row !== undefined) await this.add(row);
    }
    if (this.#lines > 2 * this.#rows.size + wastedLines) await this.#rewrite();
    return [...this.#rows.values()];
  }

  async add(row: TaskRow): Promise<void> {
    this.#rows.set(row.id, row);
    await appendFile(this.#path, `${JSON.stringify(row)}\n`, { mode: 0o600 });
  }

  /** What was appended since the last time, by whomever. */
  async #readOn(): Promise<void> {
    const file = await open(this.#path, 'r').catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (file === undefined) return;
    try {
      const { ino, size } = await file.stat();
      if (ino !== this.#inode || size < this.#offset) {
        this.#rows.clear();
        [this.#inode, this.#offset, this.#lines] = [ino, 0, 0];
      }
      const bytes = Buffer.alloc(size - this.#offset);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, this.#offset);
      const text = bytes.subarray(0, bytesRead).toString();
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      this.#offset += Buffer.byteLength(whole);
      for (const line of whole.split('\n')) this.#take(line);
    } finally {
      await file.close();
    }
  }

  #take(line: string): void {
    if (line === '') return;
    this.#lines += 1;
    const row = parseRow(line);
    if (row !== undefined) this.#rows.set(row.id, row);
  }

  /** A line that another server appends meanwhile is lost, and made again from its task. */
  async #rewrite(): Promise<void> {
    const fresh = `${this.#path}.${randomUUID()}`;
    const lines = [...this.#rows.values()].map((row) => `${JSON.stringify(row)}\n`);
    try {
      await writeFile(fresh, lines.join(''), { mode: 0o600, flag: 'wx' });
      await rename(fresh, this.#path);
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    }
    this.#lines = lines.length;
  }
}

function parseRow(line: string): TaskRow | undefined {
  try {
    return rowSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** The row of a task. */
export function rowOf(task: TaskRow): TaskRow {
  return rowSchema.parse(task);
}
