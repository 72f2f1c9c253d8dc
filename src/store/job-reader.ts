import path from 'node:path';
import { DamagedRecordError, type WanError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { JobFiles } from './job-files.ts';
import { readRecord, taskIdIn, type Reading } from './job-record.ts';
import { readPlainFile } from './plain-file.ts';
import { findSetAside, setAside } from './set-aside.ts';

export type JobReader = {
  /**
   * A job by its id, wherever its record lies. Undefined when there never was one.
   * @throws {DamagedRecordError} when its record was damaged, also long ago: it may lead to a paid task;
   *   {WanError} for one that is newer or may not be read
   */
  find: (id: string) => Promise<Job | undefined>;
  /** The same for lists: what is no job is named once and left out. */
  findForList: (id: string) => Promise<Job | undefined>;
  /** Names a thing that is no record, once, and moves it out of the way. */
  dismiss: (file: string) => Promise<void>;
};

type Damage = { file: string; reason: string; taskId: string | undefined; movedTo: string | undefined };

export function createJobReader(files: JobFiles, notice: (message: string) => void): JobReader {
  const told = new Set<string>();
  const tell = (about: string, message: string) => {
    if (told.has(about)) return;
    told.add(about);
    notice(message);
  };

  async function find(id: string): Promise<Job | undefined> {
    const damages: Damage[] = [];
    // A finished record counts before an open one, and may have appeared between the first two looks.
    for (const file of [files.doneFile(id), files.openFile(id), files.doneFile(id)]) {
      const reading = await readRecord(file, id);
      if (reading.kind === 'job') {
        for (const damage of damages) tell(damage.file, describe(damage));
        return reading.job;
      }
      if (reading.kind === 'closed') throw reading.error;
      if (reading.kind === 'damaged') damages.push(await moveAway(file, reading));
    }
    const [damage] = damages;
    if (damage !== undefined) throw damagedError(describe(damage), damage.taskId);
    await checkSetAside(id);
    return undefined;
  }

  async function moveAway(file: string, { reason, taskId }: Extract<Reading, { kind: 'damaged' }>) {
    return { file, reason, taskId, movedTo: await setAside(file, files.setAside) };
  }

  /** A job whose record was damaged is not one that never was: it may have been paid. */
  async function checkSetAside(id: string): Promise<void> {
    const kept = await findSetAside(id, files.setAside);
    if (kept === undefined) return;
    const text = (await readPlainFile(kept).catch(() => undefined)) ?? '';
    throw damagedError(`the record of the job ${id} was damaged; it is kept as ${kept}`, taskIdIn(text));
  }

  async function findForList(id: string): Promise<Job | undefined> {
    try {
      return await find(id);
    } catch (error) {
      const { message } = error as WanError;
      tell(id, `${message}; left out`);
      return undefined;
    }
  }

  async function dismiss(file: string): Promise<void> {
    const movedTo = await setAside(file, files.setAside);
    tell(file, describe({ file, reason: undefined, movedTo }));
  }

  return { find, findForList, dismiss };
}

function describe({
  file,
  reason,
  movedTo,
}: Pick<Damage, 'file' | 'movedTo'> & { reason: string | undefined }) {
  const what =
    reason === undefined ? `${file} is no job record` : `the job record ${file} is damaged: ${reason}`;
  return movedTo === undefined
    ? what
    : `${what}; it lies in ${path.dirname(movedTo)} now, as ${path.basename(movedTo)}`;
}

function damagedError(message: string, taskId: string | undefined): DamagedRecordError {
  return new DamagedRecordError(message, {
    hint:
      taskId === undefined
        ? 'what is left of it may name its task; `wan list` shows the other jobs'
        : `its task is still there to be read: wan status --task-id ${taskId}`,
  });
}
