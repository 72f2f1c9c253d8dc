import { setMaxListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { InterruptedError } from '../../src/core/errors.ts';
import { createPace } from '../../src/net/pace.ts';
import { reply } from '../core/reply.ts';

/** A clock whose sleepers wake, in order, when the test moves it. */
function handClock() {
  let now = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  return {
    clock: {
      now: () => Date.UTC(2026, 10, 20) + now,
      monotonic: () => now,
      sleep: async (ms: number, signal: AbortSignal) => {
        await new Promise<void>((resolve, reject) => {
          sleepers.push({ at: now + ms, wake: resolve });
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      },
    },
    advance: async (ms: number) => {
      const end = now + ms;
      await settled();
      for (;;) {
        const next = sleepers.toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > end) break;
        sleepers.splice(sleepers.indexOf(next), 1);
        now = next.at;
        next.wake();
        await settled();
      }
      now = end;
    },
  };
}

/** Everything that could go on by now has. */
const settled = () => new Promise<void>((resolve) => void setImmediate(resolve));

function open() {
  const { clock, advance } = handClock();
  const pace = createPace(clock);
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const taken: { account: string; at: number }[] = [];
  const ask = (account = 'a', withinMs?: number) =>
    pace.turn(account, { signal, withinMs }).then((isTurn) => {
      if (isTurn) taken.push({ account, at: clock.monotonic() });
      return isTurn;
    });
  return { pace, advance, ask, taken, at: () => taken.map((turn) => turn.at) };
}

/** The most turns in any window of one second. */
const mostPerSecond = (times: number[]) =>
  Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + 1000).length));

test('200 looks at once are spread, and no second has more than 20', async () => {
  const { ask, advance, at } = open();
  const all = Promise.all(Array.from({ length: 200 }, () => ask()));
  await advance(15_000);
  expect(await all).toEqual(Array.from({ length: 200 }, () => true));
  expect(mostPerSecond(at())).toBeLessThanOrEqual(20);
  expect(Math.max(...at())).toBeLessThan(12_000);
});

test('a single look waits for nobody, and accounts do not wait for each other', async () => {
  const { ask, at } = open();
  await Promise.all([ask('a'), ask('b')]);
  expect(at()).toEqual([0, 0]);
});

describe('a service that asks to be left alone', () => {
  test.each<[string, ReturnType<typeof reply>, number]>([
    ['after a 429 with a time', reply(429, {}, { 'retry-after': '30' }), 30_000],
    ['after a 429 without one', reply(429, {}), 5000],
    ['after a 503 with a time', reply(503, {}, { 'retry-after': '30' }), 30_000],
    ['not after a 503 without one', reply(503, {}), 0],
    ['not after a good answer', reply(200, {}, { 'retry-after': '30' }), 0],
    ['by a date', reply(429, {}, { 'retry-after': 'Fri, 20 Nov 2026 00:00:20 GMT' }), 20_000],
    ['until tomorrow, for ten minutes', reply(429, {}, { 'retry-after': '86400' }), 600_000],
  ])('%s', async (_name, answer, heldMs) => {
    const { ask, pace, advance, taken } = open();
    pace.heard('a', answer);
    const both = Promise.all([ask('a'), ask('b')]);
    await advance(700_000);
    await both;
    expect(taken.toSorted((x, y) => x.account.localeCompare(y.account))).toEqual([
      { account: 'a', at: heldMs },
      { account: 'b', at: 0 },
    ]);
  });

  test('holds also those who wait for their turn already, and lets them go one by one', async () => {
    const { ask, pace, advance, at } = open();
    const all = Promise.all(Array.from({ length: 40 }, () => ask()));
    await advance(500);
    const before = at().length;
    pace.heard('a', reply(429, {}, { 'retry-after': '60' }));
    await advance(60_400);
    expect(at().filter((time) => time > 500 && time < 60_500)).toEqual([]);
    await advance(10_000);
    await all;
    expect(before).toBeGreaterThan(5);
    expect(at()).toHaveLength(40);
    expect(mostPerSecond(at())).toBeLessThanOrEqual(20);
  });

  test('a shorter time does not cut a longer one', async () => {
    const { ask, pace, advance, at } = open();
    pace.heard('a', reply(429, {}, { 'retry-after': '60' }));
    pace.heard('a', reply(429, {}, { 'retry-after': '1' }));
    const turn = ask();
    await advance(61_000);
    await turn;
    expect(at()).toEqual([60_000]);
  });

  test('who cannot wait that long is told so at once, and takes nobody’s turn', async () => {
    const { ask, pace, advance, at } = open();
    pace.heard('a', reply(429, {}, { 'retry-after': '60' }));
    expect(await ask('a', 59_000)).toBe(false);
    const turn = ask('a', 60_000);
    await advance(60_000);
    expect(await turn).toBe(true);
    expect(at()).toEqual([60_000]);
  });
});

test('Ctrl-C ends the waiting for a turn', async () => {
  const pace = createPace(handClock().clock);
  const controller = new AbortController();
  const { signal } = controller;
  await pace.turn('a', { signal });
  const second = pace.turn('a', { signal });
  controller.abort(new InterruptedError('interrupted'));
  await expect(second).rejects.toThrow('interrupted');
});
