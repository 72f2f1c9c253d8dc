import { describe, expect, test } from 'vitest';
import { choose } from './plan.ts';
import { scenarios, type Scenario } from './scenarios.ts';
import { stoppedTrial, takenOverTrial } from './stops.ts';
import { record } from './trial.ts';

// Like the crashes, with the same variables, and the kinds of stop in the place of the signal:
//
//   WAN_CRASH_ONLY=t2v:taken-over:57

const { WAN_CRASH_POINTS = '36', WAN_CRASH_SEED = '20', WAN_CRASH_ONLY } = process.env;
const seed = Number(WAN_CRASH_SEED);
const kinds = { 'taken-over': takenOverTrial, stopped: stoppedTrial } as const;
/** One for each way to a task, to a file and to a lost send. */
const names = ['t2v', 'i2v-upload', 'download', 'job-key', 'resume-lost', 'sinancode-i2v'];
const cases = scenarios
  .filter(({ name }) => names.includes(name))
  .flatMap((scenario) =>
    (['taken-over', 'stopped'] as const).map((kind) => ({ kind, scenario, name: scenario.name })),
  );
const wanted =
  WAN_CRASH_POINTS === 'all' ? 'all' : Math.ceil((Number(WAN_CRASH_POINTS) * 0.3) / cases.length);
/** Where an answer may wait that was paid for, and in the middle of a download: the first of these is always tried. */
const sharp = /^after send POST .*(?:synthesis|videos|-to-video)$|^receive GET .* up to 1 MiB$/u;

describe.skipIf(process.platform !== 'linux')(
  `stops (WAN_CRASH_POINTS=${WAN_CRASH_POINTS} WAN_CRASH_SEED=${WAN_CRASH_SEED})`,
  () => {
    const [onlyScenario, onlyKind, onlyAt] = WAN_CRASH_ONLY?.split(':') ?? [];
    const chosen = cases.filter(
      ({ name, kind }) => onlyScenario === undefined || (name === onlyScenario && kind === onlyKind),
    );
    test.each(chosen)('$name, $kind', { timeout: 4 * 3_600_000 }, async ({ kind, scenario, name }) => {
      const points = await pointsOf(scenario);
      expect(points.length).toBeGreaterThan(100);
      const first = points.findIndex((point) => sharp.test(point)) + 1;
      const others = choose(points, wanted, seed).map(({ at }) => at);
      const stops =
        onlyAt === undefined
          ? [first, ...others.slice(first > 0 && wanted !== 'all' ? 1 : 0)]
          : onlyAt.split(',').map(Number);
      const failures: string[] = [];
      for (const at of new Set(stops.filter((point) => point > 0))) {
        // oxlint-disable-next-line no-await-in-loop
        const problems = await kinds[kind](scenario, at);
        if (problems.length === 0) continue;
        const again = `WAN_CRASH_ONLY=${name}:${kind}:${at} npx vitest run test/crash/stops.test.ts`;
        failures.push(
          [`${name}, ${kind} at point ${at} (${points[at - 1]})`, ...problems, again].join('\n  '),
        );
      }
      expect(failures).toEqual([]);
    });
  },
);

const recorded = new Map<string, Promise<string[]>>();

/** Both kinds stop the same run. */
function pointsOf(scenario: Scenario): Promise<string[]> {
  const points = recorded.get(scenario.name) ?? record(scenario);
  recorded.set(scenario.name, points);
  return points;
}
