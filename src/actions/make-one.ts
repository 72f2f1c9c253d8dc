import type { Talk } from '../cli/talk.ts';
import type { Workbench } from '../cli/workbench.ts';
import { fromStoredError, hasTask, isDoubted, isFinal, type Job } from '../core/job.ts';
import type { Attention } from '../workflow/attend.ts';
import { settleLostSubmit } from '../workflow/job-state.ts';
import type { Connection } from '../workflow/runtime.ts';
import { finishJob } from '../workflow/finish-job.ts';
import { checkTarget } from '../workflow/output-target.ts';
import type { Reservation } from '../workflow/reserve-job.ts';
import { startJob, type Plan, type Started } from '../workflow/start-job.ts';
import { bringHome, type HomeOptions } from './bring-home.ts';
import { foundJob, type FoundJob } from './find-job.ts';
import type { KeyedReservation } from './job-key.ts';
import { learn } from '../workflow/learn.ts';

export type Making = {
  plan: Plan;
  reserve: KeyedReservation | undefined;
  /** Says what is about to be bought. */
  announce: () => void;
  noWait: boolean;
  /** Hears every state of the job, from its first record on. */
  heard: (job: Job) => void;
  finishing: Omit<HomeOptions, keyof Attention>;
  /** How long to wait from the submit on, where the command's own start does not count. */
  timeoutMs?: number | undefined;
};

/** A job that the service has, or that ended; `rest` waits for it and saves it. `isNew`: this command bought it. */
export type Made = { job: Job; isNew: boolean; rest: () => Promise<Job> };

/** Makes one video as far as its task; or goes on with the one that its job key stands for. */
export async function makeOne(talk: Talk, bench: Workbench, making: Making): Promise<Made> {
  const { plan, reserve, finishing } = making;
  const reservation = await reserve?.reserve();
  if (reservation?.kind === 'attach') return attach(talk, bench, making, reservation.job);
  const { runtime } = bench;
  const sink = { job: making.heard, toStdout: finishing.toStdout };
  const { job, lock } = await start(reservation);
  const { timeoutMs } = making;
  const deadlineMs = timeoutMs === undefined ? finishing.deadlineMs : runtime.clock.monotonic() + timeoutMs;
  if (making.noWait) {
    await lock.release();
    return { job, isNew: true, rest: async () => job };
  }
  const finish = async () => {
    try {
      const { connection, model } = plan;
      const options = {
        ...finishing,
        deadlineMs,
        linkHours: model.linkHours,
        lookNow: false,
        handle: job.id,
      };
      return await finishJob(runtime, connection, job, options, sink);
    } finally {
      await lock.release();
    }
  };
  return { job, isNew: true, rest: finish };

  async function start(reserved: Extract<Reservation, { kind: 'new' }> | undefined): Promise<Started> {
    if (reserved === undefined) {
      making.announce();
      return startJob(runtime, plan, sink);
    }
    try {
      await checkTarget(plan.saving);
      making.announce();
    } catch (error) {
      await reserved.lock.release();
      throw error;
    }
    return startJob(
      runtime,
      { ...plan, jobKey: reserve?.name, onRecorded: reserve?.recorded },
      sink,
      reserved,
    );
  }
}

/** The job of a key that was used before: nothing new is bought, whatever became of it. */
async function attach(talk: Talk, bench: Workbench, making: Making, stored: Job): Promise<Made> {
  const job = await settleLostSubmit(stored, bench.runtime.jobs);
  making.heard(job);
  talk.notice(`the job key stands for job ${job.id} (${job.status}); going on with it`);
  if (isFinal(job) && job.error !== null && !isDoubted(job)) {
    const error = fromStoredError(job.error);
    const hint = '--retry-failed makes a new job of the same request; another one needs another --job-key';
    return { job, isNew: false, rest: () => Promise.reject(error.with({ hint })) };
  }
  const found = foundJob(bench, job, {});
  const connect = connectionFor(making.plan.connection, found);
  const options = { ...making.finishing, sends: true, reconciles: true, stopsAtTask: making.noWait };
  const home = () => bringHome(bench.runtime, talk, { ...found, connect }, options);
  if (!making.noWait) return { job, isNew: false, rest: home };
  const sent = hasTask(job) ? job : await home();
  return { job: sent, isNew: false, rest: async () => sent };
}

/** The connection of this command, where it is the one that the job was sent with. */
function connectionFor(connection: Connection, { job, connect }: FoundJob): FoundJob['connect'] {
  return connection.fingerprint === job.fingerprint ? async () => connection : connect;
}

/** How a job of an earlier command stands at the service now; its record says so too. @throws {WanError} */
export async function askAgain(bench: Workbench, connection: Connection, job: Job): Promise<Job> {
  if (!hasTask(job)) return job;
  const found = foundJob(bench, job, {});
  return learn(bench.runtime, await connectionFor(connection, found)(), job, found);
}
