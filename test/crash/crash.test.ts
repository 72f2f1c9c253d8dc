import { describe, expect, test } from 'vitest';
import { choose, type Crash } from './plan.ts';
import { scenarios, type Scenario } from './scenarios.ts';
import { record, trial } from './trial.ts';

// The real program is run and killed at points spread over the whole run; then the user goes on, and both the
// service's log and the disk are held against the promise. The short version is for every run of the tests:
//
//   WAN_CRASH_POINTS=400          about so many crashes; `all` for each point there is
//   WAN_CRASH_SEED=7              other ones
//   WAN_CRASH_ONLY=t2v:SIGKILL:57 this one alone; instead of the number also how the point's name begins

const { WAN_CRASH_POINTS = '36', WAN_CRASH_SEED = '20', WAN_CRASH_ONLY } = process.env;
const seed = Number(WAN_CRASH_SEED);
const wanted = WAN_CRASH_POINTS === 'all' ? 'all' : Math.ceil(Number(WAN_CRASH_POINTS) / scenarios.length);
/** One process for each core. */
const atOnce = 2;

describe(`crashes (WAN_CRASH_POINTS=${WAN_CRASH_POINTS} WAN_CRASH_SEED=${WAN_CRASH_SEED})`, () => {
  const [onlyScenario, ...only] = WAN_CRASH_ONLY?.split(':') ?? [];
  const chosen = scenarios.filter(({ name }) => onlyScenario === undefined || name === onlyScenario);
  test.each(chosen.map((scenario, number) => ({ scenario, name: scenario.name, number })))(
    '$name',
    { timeout: 4 * 3_600_000 },
    async ({ scenario, number }) => {
      const points = await record(scenario);
      // A harness that sees nothing would find nothing.
      expect(points.length).toBeGreaterThan(100);
      const crashes =
        onlyScenario === undefined ? choose(points, wanted, seed + number) : [crashNamed(points, only)];
      expect(await failuresOf(scenario, crashes)).toEqual([]);
    },
  );
});

function crashNamed(points: readonly string[], [signal = '', at = '']: readonly string[]): Crash {
  if (signal !== 'SIGKILL' && signal !== 'SIGTERM' && signal !== 'SIGINT') throw new Error(`no "${signal}"`);
  const number = Number.isNaN(Number(at)) ? points.findIndex((name) => name.startsWith(at)) + 1 : Number(at);
  return { at: number, signal, name: points[number - 1] ?? '?' };
}

/** Tries all, so that one failure does not hide the others, a few at a time. */
async function failuresOf(scenario: Scenario, crashes: readonly Crash[]): Promise<string[]> {
  const failures: string[] = [];
  const queue = crashes.values();
  const worker = async () => {
    for (const { at, signal, name } of queue) {
      // oxlint-disable-next-line no-await-in-loop
      const problems = await trial(scenario, { at, signal });
      if (problems.length === 0) continue;
      const again = `WAN_CRASH_ONLY=${scenario.name}:${signal}:${at} npx vitest run test/crash/crash.test.ts`;
      failures.push(
        [`${scenario.name}, ${signal} at point ${at} (${name})`, ...problems, again].join('\n  '),
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return failures;
}
