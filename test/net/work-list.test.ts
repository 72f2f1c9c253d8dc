import { expect, test } from 'vitest';
import { WorkList } from '../../src/net/work-list.ts';

test('hands out pieces in front first, and none that crosses what is there', () => {
  const work = new WorkList(
    [
      [0, 25],
      [40, 45],
    ],
    10,
    100,
  );
  expect([1, 2, 3, 4, 5].map(() => work.take())).toEqual([
    { position: 0, end: 10 },
    { position: 10, end: 20 },
    { position: 20, end: 25 },
    { position: 40, end: 45 },
    undefined,
  ]);
});

test('a piece goes on into the next one only while that is free', () => {
  const work = new WorkList([[0, 40]], 10, 100);
  const first = work.take(2);
  expect(first).toEqual({ position: 0, end: 20 });
  const other = { position: 20, end: 30 };
  expect(work.take()).toEqual(other);
  if (first === undefined) throw new Error('there was work');
  expect(work.extend(first)).toBe(false);
  const [third] = [work.take()];
  if (third === undefined) throw new Error('there was work');
  work.giveBack(third);
  expect(work.extend({ position: 30, end: 30 })).toBe(true);
  expect(work.take()).toBeUndefined();
});

test('what was not fetched is handed out again', () => {
  const work = new WorkList([[0, 20]], 10, 100);
  const first = work.take();
  work.take();
  if (first === undefined) throw new Error('there was work');
  first.position = 4;
  work.giveBack(first);
  expect(work.take()).toEqual({ position: 4, end: 10 });
});

test('an idle connection takes the second half of the largest rest', () => {
  const work = new WorkList([[0, 2000]], 1000, 100);
  const quick = work.take();
  const slow = work.take();
  if (quick === undefined || slow === undefined) throw new Error('there was work');
  quick.position = 900;
  slow.position = 1200;
  expect(work.take()).toEqual({ position: 1600, end: 2000 });
  expect(slow).toEqual({ position: 1200, end: 1600 });
  slow.position = 1401;
  expect(work.take()).toEqual({ position: 1800, end: 2000 });
  expect(work.take()).toEqual({ position: 1700, end: 1800 });
  expect(work.take()).toEqual({ position: 1900, end: 2000 });
  expect(work.take()).toBeUndefined();
});

test('without units a stretch is one piece, also one without an end', () => {
  const work = new WorkList([[7, Infinity]], Infinity, 100);
  expect(work.take()).toEqual({ position: 7, end: Infinity });
  expect(work.take()).toBeUndefined();
});
