import path from 'node:path';
import { expect, test } from 'vitest';
import { scenarios } from './scenarios.ts';
import { record } from './trial.ts';

// A power cut cannot be tried here. What it spares is decided by the order of flushes, and that can be seen: what gets
// a name was flushed before, and the directory that holds the name is flushed before anything else happens.

const named = /^after (?:rename|link) (\S+) -> (\S+)$/u;

test.each(scenarios.filter(({ name }) => /t2v$|upload|job-key/u.test(name)))(
  '$name: what is told, sent or removed was flushed before',
  { timeout: 120_000 },
  async (scenario) => {
    const points = await record(scenario);
    const namings = points.flatMap((point, index) => {
      const [, from = '', to = ''] = named.exec(point) ?? [];
      // A download's record may fall behind: it then promises less than there is.
      return to === '' || to.endsWith('.part.json') ? [] : [{ from, to, index }];
    });
    expect(namings.length).toBeGreaterThan(5);
    expect(namings.flatMap((naming) => unsafe(points, naming))).toEqual([]);
  },
);

function unsafe(
  points: readonly string[],
  { from, to, index }: { from: string; to: string; index: number },
): string[] {
  const problems: string[] = [];
  const before = points.slice(0, index);
  const written = before.findLastIndex(
    (point) => /^after (?:write|truncate)/u.test(point) && point.includes(from),
  );
  const flushed = before.lastIndexOf(`after sync ${from}`);
  if (flushed <= written) problems.push(`${from} got the name ${to} before it was flushed`);
  // A temporary name may go first: nobody has been told of the file yet.
  const isAside = (point: string) => /^receive|^\w+ rm \S+\.tmp$/u.test(point);
  const next = points.slice(index + 1).find((point) => !isAside(point));
  if (next !== `before sync ${path.dirname(to)}`) problems.push(`after ${to} got its name came "${next}"`);
  return problems;
}
