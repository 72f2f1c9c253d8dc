import type { Context } from '../cli/context.ts';
import type { readFlags, videoShape } from '../cli/flags.ts';
import { checkStdout, inUseOf, savingOf, stdoutWriter, waitingOf } from '../cli/job-flags.ts';
import type { Talk } from '../cli/talk.ts';
import type { Workbench } from '../cli/workbench.ts';
import { jobDocument } from '../core/documents.ts';
import { NoKeyError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { describePurchase } from '../core/purchase.ts';
import type { Wish } from '../core/wish.ts';
import { generate } from '../workflow/generate.ts';
import { checkTarget } from '../workflow/output-target.ts';
import { planRequest } from '../workflow/plan-request.ts';
import type { Connection } from '../workflow/runtime.ts';
import { checkUploads } from '../workflow/upload-inputs.ts';
import { finishDryRun } from './dry-run.ts';

/** What is wanted, and how the command line wants it. */
export type VideoOrder = {
  wish: Wish;
  flags: ReturnType<typeof readFlags<typeof videoShape>>;
  /** Where it is sent, if not where the flags and settings say. */
  connect?: () => Promise<Connection>;
};

/** From a wish to saved videos: everything is checked before a cent is spent. */
export async function makeVideos(
  context: Context,
  talk: Talk,
  bench: Workbench,
  { wish, flags, connect = () => bench.connection(flags) }: VideoOrder,
): Promise<number> {
  const planFor = (connection: Connection) => {
    const inUse = inUseOf(connection.profile, flags);
    const model = flags.model ?? bench.setting(`model.${wish.mode}`, inUse);
    return { inUse, plan: planRequest(connection, wish, { model, region: flags.region }) };
  };
  const offline = async () => bench.connectionOffline(flags);
  const { connection, notices } =
    flags.dryRun === true
      ? await offline()
      : await connect().then(
          (found) => ({ connection: found, notices: [] }),
          async (error: unknown) => {
            // What is wrong with the request is worth knowing before a key is at hand.
            if (error instanceof NoKeyError) planFor((await offline()).connection);
            throw error;
          },
        );
  notices.forEach(talk.notice);
  const { plan, inUse } = planFor(connection);
  const saving = savingOf(context, bench, inUse, flags);
  checkStdout(context, talk, saving, !flags.wait);
  await checkTarget(saving);
  const waiting = waitingOf(context, bench, inUse, flags);

  plan.warnings.forEach(talk.notice);
  const purchase = describePurchase(plan.request, plan.model);
  if (!talk.flags.quiet) context.io.err(purchase);
  if (flags.dryRun === true) {
    await checkUploads(bench.runtime, connection, plan.request, plan.model).catch((error: unknown) => {
      // Who has no key at all yet is only looking.
      if (!(error instanceof NoKeyError) || connection.key !== '') throw error;
      talk.notice(`${error.message}: ${error.hint}`);
    });
    return finishDryRun(context, talk, connection, plan);
  }
  const job = await generate(
    bench.runtime,
    { connection, ...plan, saving, noWait: !flags.wait, ...waiting },
    { job: talk.setJob, toStdout: stdoutWriter(context) },
  );
  return finish(talk, job, !flags.wait);
}

function finish(talk: Talk, job: Job, noWait: boolean): number {
  if (noWait) talk.notice(`accepted as job ${job.id}; \`wan wait ${job.id}\` saves the video`);
  const path = job.outputs[0]?.path ?? null;
  const line = noWait ? job.task_id : path === '-' ? null : path;
  return talk.finish({ value: jobDocument(job), lines: line === null ? [] : [line] });
}
