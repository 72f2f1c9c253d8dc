import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { elsewhere } from '../helpers/frozen.ts';
import { listFiles } from '../helpers/run-wan.ts';
import { checkJobs, checkLateResubmit, checkRest } from './checks.ts';
import { recordsIn, sha256Of } from './records.ts';
import type { Scenario } from './scenarios.ts';
import { said } from './trial.ts';
import { openWorld, type TracedRun, type World } from './world.ts';

// A run that is stopped at a counted point (Ctrl-Z, a frozen container, a laptop's lid) and goes on much later.

/** Longer than any patience with a service, and much longer than a claim lives. */
const stoppedMs = 10 * 60_000;
/** In which an answer that is on its way reaches the socket of the stopped process; real time. */
const longestArrivalMs = 250;

/** Nobody noticed: it ends as if nothing had happened. */
export async function stoppedTrial(scenario: Scenario, at: number): Promise<string[]> {
  const world = await openWorld(scenario);
  try {
    const args = await scenario.begin(world);
    const meanwhile = () => untilAnswered(world);
    const run = await world.run(args, {
      strike: { at, signal: 'SIGSTOP', stop: { ms: stoppedMs, meanwhile } },
    });
    const problems = [
      ...checkStopped(run, at),
      ...(run.exitCode === 0 ? [] : [`it ended with ${run.exitCode}`]),
      ...(/^(?:error|warning): |no answer|could not be reached/mu.test(run.stderr) ? ['it complained'] : []),
      ...(await checkJobs(world, scenario, run)),
      ...(await checkRest(world, scenario)),
    ];
    // An answer that is not read makes the program look into the list.
    if (scenario.name !== 'resume-lost' && world.requests.some(({ url }) => /\/tasks\/?\?/u.test(url)))
      problems.push('it did not read the answer, and looked for its task');
    if ((await recordsIn(world)).some(({ status }) => status !== 'succeeded'))
      problems.push('not all is saved');
    return problems.length === 0 ? [] : [...problems, said('stopped', run)];
  } finally {
    await world.close();
  }
}

/** Another one, as in another container, takes its work over and brings it to its end; then it goes on. */
export async function takenOverTrial(scenario: Scenario, at: number): Promise<string[]> {
  const world = await openWorld(scenario);
  try {
    const args = await scenario.begin(world);
    let taker: TracedRun | undefined;
    let wasSaved = false;
    let isTaken = false;
    let before: ReadonlyMap<string, string> = new Map();
    const meanwhile = async () => {
      await untilAnswered(world);
      const claims = await claimsIn(world);
      wasSaved = (await recordsIn(world)).some(({ folders }) => folders.includes('done'));
      taker = await world.run(scenario.again, { node: elsewhere });
      // Who takes a lock removes the claim that it found dead.
      const left = await claimsIn(world);
      isTaken = claims.some((name) => !left.includes(name));
      before = await contentsOf(world);
    };
    const woken = await world.run(args, {
      strike: { at, signal: 'SIGSTOP', stop: { ms: stoppedMs, meanwhile } },
    });
    const problems: string[] = [];
    if (taker === undefined) problems.push(...checkStopped(woken, at));
    else if (isTaken) {
      const isExcused = isBetweenQuestionAndAct(woken.trace.points, at);
      if (!isExcused) problems.push(...changes(before, await contentsOf(world)));
      if (!(woken.exitCode === 0 && (wasSaved || isExcused))) problems.push(...checkLeft(woken));
    }
    problems.push(...(await checkTasks(world, woken)));
    // Whatever either left, the user's next command brings home.
    const last = await world.run(scenario.again);
    problems.push(...(await checkJobs(world, scenario, last)));
    problems.push(...(await checkLateResubmit(world, scenario)), ...(await checkRest(world, scenario)));
    if (problems.length === 0) return [];
    return [...problems, said('woken', woken), ...(taker ? [said('taker', taker)] : []), said('last', last)];
  } finally {
    await world.close();
  }
}

/** A busy machine writes a record of a download more, or less: then the end may come before a late point. */
function checkStopped({ trace, exitCode }: TracedRun, at: number): string[] {
  const isNearEnd = trace.points.length > 0.8 * at && trace.points.length < at && exitCode === 0;
  return trace.struckAfter !== undefined || isNearEnd ? [] : ['it was never stopped'];
}

/** One line says that the job is another's now, and one how to see it. */
function checkLeft({ exitCode, stderr }: TracedRun): string[] {
  const problems: string[] = [];
  const errors = stderr.match(/^error: .*$/gmu) ?? [];
  if (exitCode !== 1) problems.push(`it lost the job, and ended with ${exitCode}`);
  if (errors.length !== 1 || !/another (?:wan|process) (?:has taken|took) over/u.test(errors[0] ?? ''))
    problems.push(`it lost the job, and said ${JSON.stringify(errors)}`);
  if (!/^hint: wan \w/mu.test(stderr)) problems.push('it gave no hint');
  if (/wan has a fault|^\s+at /mu.test(stderr)) problems.push('it fell over');
  return problems;
}

/** A task that was paid is on a record, or noted for the job and told. */
async function checkTasks(world: World, { stderr }: TracedRun): Promise<string[]> {
  const [tasks, records, files] = await Promise.all([
    world.tasks(),
    recordsIn(world),
    listFiles(world.place.stateDirectory),
  ]);
  return tasks
    .filter(({ id }) => !records.some((record) => record.task_id === id))
    .flatMap(({ id }) => [
      ...(stderr.includes(id) ? [] : [`its task ${id} is not told`]),
      ...(files.some((file) => /^by-task\/\w\w\/\w/u.test(file)) ? [] : [`its task ${id} is not noted`]),
    ]);
}

/**
 * The one moment that no question can cover: the answer "still ours" is there, and the next thing that is done is what
 * it was asked for. What is done then is complete in itself, and the rest of the checks holds.
 */
function isBetweenQuestionAndAct(points: readonly string[], at: number): boolean {
  const isAnswer = (name = '') => /^after (?:writeFile|open) state\/locks\/\S+\.claim$/u.test(name);
  const [before, here = ''] = [points[at - 2], points[at - 1]];
  return (
    isAnswer(here) ||
    (isAnswer(before) && here.startsWith('before ')) ||
    /^a\w+ writeFile state\/locks/u.test(here)
  );
}

function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.filter((name) => before.get(name) !== after.get(name)).map((name) => `it changed ${name}`);
}

/** What nobody but the holder may change: the records, and what lies where the video goes. */
async function contentsOf({ place }: World): Promise<Map<string, string>> {
  const [state, work] = await Promise.all([listFiles(place.stateDirectory), listFiles(place.cwd)]);
  const names = [
    ...state
      .filter((name) => /^(?:open|done|keys)\/.*\w$/u.test(name))
      .map((name) => path.join('state', name)),
    ...work.map((name) => path.join('work', name)),
  ].filter((name) => !name.endsWith('.tmp'));
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, (await sha256Of(path.join(place.root, name))) ?? ''] as const),
    ),
  );
}

/** The claims of jobs; others, of keys and tasks, are held for a moment. */
async function claimsIn({ place }: World): Promise<string[]> {
  const files = await listFiles(path.join(place.stateDirectory, 'locks'));
  return files.filter((name) => /^[0-9A-HJKMNP-TV-Z]{12}\..*claim$/u.test(name));
}

async function untilAnswered(world: World): Promise<void> {
  const over = world.requests.length;
  for (let waited = 0; waited < longestArrivalMs && world.requests.length === over; waited += 10)
    // oxlint-disable-next-line no-await-in-loop
    await sleep(10);
}
