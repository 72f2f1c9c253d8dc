import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultDelay, pollSchedule, type Moment } from '../../src/core/poll-schedule.ts';
import type { RunTime } from '../../src/core/run-time.ts';

const minute = 60_000;
const documented: RunTime = { fromMs: minute, toMs: 5 * minute, jobs: 0 };
const slow: RunTime = { fromMs: 5 * minute, toMs: 10 * minute, jobs: 0 };
const learned: RunTime = { fromMs: 110_000, usualMs: 120_000, toMs: 130_000, jobs: 6 };

const service = (runTime: RunTime) => pollSchedule({ isLoopback: false, fixedMs: undefined, runTime });
const at = (seconds: number, patch: Partial<Moment> = {}): Moment => ({
  looks: 3,
  sinceSubmitMs: seconds * 1000,
  runningMs: seconds * 1000,
  ...patch,
});

/** Seconds after the submit at which a task that runs from the start is looked at, until it is found ended. */
function looksFor(delay: (moment: Moment, random: number) => number, endMs: number, random: () => number) {
  const looks: number[] = [];
  for (let now = 0; now < endMs; looks.push(now)) {
    now += delay({ looks: looks.length, sinceSubmitMs: now, runningMs: now }, random());
  }
  return looks;
}

/** What every wait did before: 5 s, then every 15 s. */
const steady = (moment: Moment, random: number) =>
  moment.looks === 0 ? 5000 : 15_000 * (0.85 + 0.3 * random);

describe('of a service that asks for 15 s between looks', () => {
  test.each<[string, RunTime, Moment, number]>([
    ['the first is early, for a task that is refused at once', documented, at(0, { looks: 0 }), 5],
    ['the next ones come slower', documented, at(20), 16.6],
    ['in the usual minutes as often as those are wide', documented, at(240), 30],
    ['where little is known, no oftener than it pays', slow, at(500), 37.5],
    ['before the first of ours was ever done, up to that moment', learned, at(80), 21.4],
    ['and not beyond it', learned, at(92), 18],
    ['closely when most of ours are done', learned, at(112), 15],
    ['slower again when it takes longer than usual', learned, at(200), 31],
    ['never more than a minute apart', learned, at(3600), 60],
    ['a queued task has its whole run before it', learned, at(500, { runningMs: undefined }), 55],
    ['whatever the queue took', learned, at(900, { runningMs: 120_000 }), 15],
  ])('%s', (_name, runTime, moment, seconds) => {
    expect(service(runTime).delay(moment, 0.5) / 1000).toBeCloseTo(seconds, 6);
  });

  test.each([
    ['an ordinary video', documented, 180, 13, 10],
    ['a slow one', slow, 480, 33, 19],
    ['one like ours before', learned, 120, 9, 8],
  ])('%s needs fewer looks', (_name, runTime, seconds, before, now) => {
    expect(looksFor(steady, seconds * 1000, () => 0.5)).toHaveLength(before);
    expect(looksFor(service(runTime).delay, seconds * 1000, () => 0.5)).toHaveLength(now);
  });
});

const runTimes = fc
  .record({ from: fc.integer({ min: 1, max: 3600 }), width: fc.integer({ min: 0, max: 3600 }) })
  .map(({ from, width }): RunTime => ({ fromMs: from * 1000, toMs: (from + width) * 1000, jobs: 0 }));
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('whatever is expected and whenever, the next look is seconds away, and at most a minute', () => {
  const moments = fc.record({
    looks: fc.nat(10_000),
    sinceSubmitMs: fc.nat(24 * 60 * minute),
    runningMs: fc.option(fc.nat(24 * 60 * minute), { nil: undefined }),
  });
  fc.assert(
    fc.property(runTimes, moments, fraction, (runTime, moment, random) => {
      const delay = service(runTime).delay(moment, random);
      expect(delay).toBeGreaterThanOrEqual(5000);
      expect(delay).toBeLessThanOrEqual(60_000);
    }),
  );
});

test('whenever a task ends, it is found at most a tenth of its time later than by looking every 15 s', () => {
  const worstBefore = 15_000 * 1.15;
  const randoms = fc.infiniteStream(fraction);
  fc.assert(
    fc.property(runTimes, randoms, (runTime, stream) => {
      const random = () => stream.next().value ?? 0;
      const looks = [0, ...looksFor(service(runTime).delay, 3600_000, random)];
      // The unluckiest task ends right after a look.
      const gaps = looks.slice(1).map((next, index) => ({ endMs: looks[index] ?? 0, next }));
      for (const { endMs, next } of gaps) expect(next - endMs).toBeLessThanOrEqual(worstBefore + 0.1 * endMs);
    }),
  );
});

test('a learned schedule takes no more looks than looking every 15 s', () => {
  fc.assert(
    fc.property(runTimes, fc.integer({ min: 1, max: 3600 }), fraction, (runTime, seconds, random) => {
      const looks = looksFor(service(runTime).delay, seconds * 1000, () => random).length;
      expect(looks).toBeLessThanOrEqual(looksFor(steady, seconds * 1000, () => random).length);
    }),
  );
});

test('on this machine it looks every 0.2 s, growing to 1 s', () => {
  const schedule = pollSchedule({ isLoopback: true, fixedMs: undefined, runTime: documented });
  expect([0, 1, 100].map((looks) => schedule.delay(at(0, { looks }), 0))).toEqual([200, 250, 1000]);
});

test('looks as often as was asked', () => {
  const schedule = pollSchedule({ isLoopback: true, fixedMs: 700, runTime: documented });
  expect([0, 1, 100].map((looks) => schedule.delay(at(400, { looks }), 0))).toEqual([700, 700, 700]);
});

test.each([
  [15_000, 1, undefined, 22_500],
  [15_000, 50, undefined, 60_000],
  [15_000, 1, 5000, 22_500],
  [15_000, 1, 90_000, 90_000],
  [15_000, 1, 86_400_000, 600_000],
])('after a fault, %i ms become, for the %i. time and asked %s, %i', (normal, faults, asked, expected) => {
  expect(faultDelay(normal, faults, asked)).toBe(expected);
});
