import type { Context } from '../cli/context.ts';
import type { readFlags, videoShape } from '../cli/flags.ts';
import {
  checkStdout,
  connectionsOf,
  inUseOf,
  refuseOneName,
  savingOf,
  stdoutWriter,
  waitingOf,
} from '../cli/job-flags.ts';
import type { Talk } from '../cli/talk.ts';
import type { Workbench } from '../cli/workbench.ts';
import { chooseSeed } from '../core/choose-seed.ts';
import { NoKeyError, type WanError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { describePurchase } from '../core/purchase.ts';
import { rulesFor } from '../core/model.ts';
import type { Wish } from '../core/wish.ts';
import { checkTarget } from '../workflow/output-target.ts';
import { planRequest } from '../workflow/plan-request.ts';
import type { Connection } from '../workflow/runtime.ts';
import { checkUploads } from '../workflow/upload-inputs.ts';
import { finishDryRun } from './dry-run.ts';
import { openJobKey } from './job-key.ts';
import { askAgain, makeOne, type Made, type Making } from './make-one.ts';
import { finishSeveral, isStop, savedPath, settle, tell, type Outcome } from './outcomes.ts';
import { checkCount } from '../cli/check-count.ts';

/** What is wanted, and how the command line wants it. */
export type VideoOrder = {
  wish: Wish;
  flags: ReturnType<typeof readFlags<typeof videoShape>>;
  /** Where it is sent, if not where the flags and settings say. */
  connect?: () => Promise<Connection>;
  /** What a person should know besides. */
  notes?: readonly string[];
};

/** From a wish to saved videos: everything is checked before a cent is spent. */
export async function makeVideos(
  context: Context,
  talk: Talk,
  bench: Workbench,
  { wish, flags, connect = () => bench.connection(flags), notes = [] }: VideoOrder,
): Promise<number> {
  const count = checkCount(flags);
  const keys = await openJobKey(context, talk, bench, flags);
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
  const { plan, inUse } = planFor(connection);
  const saving = savingOf(context, bench, inUse, flags);
  checkStdout(context, talk, saving, !flags.wait);
  refuseOneName({ output: saving.output ?? undefined }, count);
  // With a key, what lies there may be the very video that this command made before.
  if (keys === undefined) await checkTarget(saving);
  const waiting = waitingOf(context, bench, inUse, flags);
  const connections = connectionsOf(flags);

  const rules = rulesFor(plan.model, wish.mode, wish.vaceFunction);
  const requestOf = (index: number) =>
    chooseSeed(plan.request, { asked: wish.seed, rules, index }, context.random);
  const first = requestOf(1);
  const announce = once(() => {
    if (!talk.flags.quiet) context.io.err(describePurchase(first, plan.model, count));
    if (flags.dryRun !== true) [...notices, ...plan.warnings, ...notes].forEach(talk.notice);
  });
  const reservation = (index: number) =>
    keys?.reserver(
      { wish, provider: connection.provider.id, model: flags.model, count },
      {
        index,
        isLocal: isLoopbackHost(new URL(connection.base).hostname),
        askAgain: (job) => askAgain(bench, connection, job),
      },
    );
  if (flags.dryRun === true) {
    const claimed = await reservation(1)?.look();
    const noKey = await checkUploads(bench.runtime, connection, plan.request, plan.model).then(
      () => undefined,
      (error: unknown) => {
        // Who has no key at all yet is only looking.
        if (!(error instanceof NoKeyError) || connection.key !== '') throw error;
        return `${error.message}: ${error.hint}`;
      },
    );
    announce();
    const all = [...notices, ...plan.warnings, ...notes, claimed, noKey].filter((note) => note !== undefined);
    return finishDryRun(context, talk, connection, { ...plan, request: first, count, notes: all });
  }
  // One's time counts from the command's start, that of each of several from its own turn.
  const ownTime = () => {
    const { timeoutMs, ...times } = waiting;
    const { clock } = bench.runtime;
    return count === 1 || timeoutMs === undefined
      ? times
      : { ...times, deadlineMs: clock.monotonic() + timeoutMs };
  };
  const making = (index: number): Making => ({
    plan: {
      connection,
      ...plan,
      request: index === 1 ? first : requestOf(index),
      saving,
      search: { ...ownTime(), ...(flags.wait ? {} : { deadlineMs: 0 }) },
      ...(count === 1 ? {} : { index }),
    },
    reserve: reservation(index),
    announce,
    noWait: !flags.wait,
    heard: talk.setJob,
    finishing: { ...ownTime(), saving, connections, toStdout: stdoutWriter(context) },
    ...(count === 1 ? {} : { timeoutMs: waiting.timeoutMs }),
  });
  const lineOf = (job: Job) => (flags.wait ? savedPath(job) : job.task_id);
  const accepted = ({ job: { id }, isNew }: Made) => {
    if (!flags.wait && isNew) talk.notice(`accepted as job ${id}; \`wan wait ${id}\` saves the video`);
  };
  if (count === 1) {
    const made = await makeOne(talk, bench, making(1));
    accepted(made);
    const done = await made.rest();
    return tell(talk, done, false, lineOf(done));
  }
  talk.expectSeveral();
  const outcomes = await makeEach(talk, bench, count, making, accepted);
  return finishSeveral(talk, outcomes, { lineOf, hint: 'wan resume --all' });
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}

/** Buys one after the other, and waits for all of them at once. The first that fails to be bought is the last. */
async function makeEach(
  talk: Talk,
  bench: Workbench,
  count: number,
  making: (index: number) => Making,
  accepted: (made: Made) => void,
): Promise<Outcome[]> {
  const ends: Promise<Outcome>[] = [];
  for (let index = 1; index <= count; index += 1) {
    const name = `video ${index} of ${count}`;
    let made: Made | undefined;
    let id: string | undefined;
    // oxlint-disable-next-line no-await-in-loop -- nothing more is bought after one that failed
    const begun = await settle(talk, name, false, async () => {
      const order = making(index);
      const heard = (job: Job) => {
        ({ id } = job);
        order.heard(job);
      };
      made = await makeOne(talk, bench, { ...order, heard });
      accepted(made);
      return made.job;
    });
    const { rest } = made ?? {};
    if (rest === undefined) {
      const left = count - index;
      if (left > 0) talk.notice(`${left} more ${left === 1 ? 'was' : 'were'} not sent`);
      const error = begun.error === undefined ? undefined : withRest(begun.error, id, left);
      // The first one is the only one: the command's own end tells of it.
      if (error !== undefined && index > 1 && !isStop(error)) talk.problem(id ?? name, error);
      ends.push(Promise.resolve({ ...begun, error, name: id ?? name, id }));
      break;
    }
    const end = settle(talk, begun.job?.id ?? name, true, rest);
    // Nobody listens before all are bought; a fault that nobody expected is thrown below.
    end.catch(() => {});
    ends.push(end);
  }
  return Promise.all(ends);
}

/** How to go on with those that were not sent; a job that was certainly refused is made again with them. */
function withRest(error: WanError, id: string | undefined, left: number): WanError {
  if (left === 0 || id === undefined || isStop(error)) return error;
  const isOpen = error.class === 'unconfirmed';
  const rest = `wan rerun ${id} -n ${isOpen ? left : left + 1}`;
  const what = isOpen
    ? `makes the ${left} that ${left === 1 ? 'was' : 'were'} not sent`
    : `makes it and the other ${left}`;
  return error.with({ hint: `${error.hint === undefined ? '' : `${error.hint}; `}${rest} ${what}` });
}
