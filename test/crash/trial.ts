import { checkEnd, checkJobs, checkLateResubmit, checkRepeat, checkRest } from './checks.ts';
import { keptBytes } from './records.ts';
import type { Scenario } from './scenarios.ts';
import { isDownload, openWorld, type Strike, type TracedRun, type World } from './world.ts';

/** The points of a scenario's run that nothing happens to. */
export async function record(scenario: Scenario): Promise<string[]> {
  const world = await openWorld(scenario);
  try {
    const run = await world.run(await scenario.begin(world));
    const problems = [
      ...(run.exitCode === 0 ? [] : [run.stderr]),
      ...(await checkJobs(world, scenario, run)),
    ];
    if (problems.length > 0) throw new Error(`${scenario.name} fails by itself: ${problems.join('; ')}`);
    return run.trace.points;
  } finally {
    await world.close();
  }
}

/** Strikes a scenario's run once, goes on as the user would, and says all that is wrong afterwards. */
export async function trial(scenario: Scenario, strike: Strike): Promise<string[]> {
  const world = await openWorld(scenario);
  try {
    const struck = await world.run(await scenario.begin(world), { strike });
    const problems = checkEnd(scenario, struck, strike);
    const kept = await keptBytes(world);
    const requestsBefore = world.requests.length;
    const again = await world.run(wayOn(scenario, struck));
    problems.push(...(await checkJobs(world, scenario, again)));
    problems.push(...checkContinued(world, requestsBefore, kept));
    problems.push(...(await checkLateResubmit(world, scenario)));
    problems.push(...(await checkRepeat(world, scenario)));
    problems.push(...(await checkRest(world, scenario)));
    if (problems.length === 0) return [];
    return [...problems, said('struck', struck), said('then', again)];
  } finally {
    await world.close();
  }
}

/** Whoever was interrupted in an orderly way was told how to go on; SIGTERM's user does just that. */
function wayOn(scenario: Scenario, { exitCode, stderr }: TracedRun): readonly string[] {
  const told = /^hint: (?:.*then )?wan ((?:wait|download|resume) .*)$/mu.exec(stderr)?.[1];
  return exitCode === 143 && told !== undefined ? told.split(' ') : scenario.again;
}

/** What was on disk for certain is not fetched again. */
function checkContinued(
  world: World,
  requestsBefore: number,
  keptByTask: ReadonlyMap<string, readonly [first: number, end: number][]>,
): string[] {
  const downloads = world.requests.slice(requestsBefore).filter(isDownload);
  return [...keptByTask].flatMap(([task, kept]) =>
    downloads
      .filter(({ url }) => url.includes(task))
      .map(({ headers }) => Number(/^bytes=(\d+)/u.exec(String(headers['range']))?.[1] ?? 0))
      .filter((start) => kept.some(([first, end]) => start >= first && start < end))
      .map(
        (start) => `bytes from ${start} on were asked for again, though ${JSON.stringify(kept)} were kept`,
      ),
  );
}

export function said(what: string, { exitCode, stderr, trace }: TracedRun): string {
  const last = trace.points.slice(trace.struckAfter === undefined ? -3 : trace.struckAfter - 1).slice(0, 12);
  return `${what}: exit ${exitCode}\n${stderr}last points: ${last.join(', ')}`;
}
