import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { makeJobId } from '../../src/core/job-id.ts';
import { createJobKeys } from '../../src/store/job-keys.ts';
import { makeStore, nowMs } from './job-world.ts';

const claim = () => ({ jobId: makeJobId(nowMs, Math.random), request: 'r' });
const composed = 'caf\u00E9';
const decomposed = 'cafe\u0301';

/** A claim as earlier versions wrote it: under the very letters that were typed. */
async function putOldClaim({ put, at }: Awaited<ReturnType<typeof makeStore>>, key: string) {
  const { jobId } = claim();
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 32);
  const text = JSON.stringify({ schema: 1, key, job_id: jobId, request: 'r', recorded: true });
  await put(at('keys', `${hash}.json`), `${text}\n`);
  return jobId;
}

describe('spellings of one key', () => {
  test.each([
    ['accents', composed, decomposed],
    ['Hangul', '\uD55C\uAE00', '\uD55C\uAE00'.normalize('NFD')],
    ['blanks at the ends', 'boat', '  boat\t'],
    ['blanks of other kinds', 'boat', '\u3000boat\u00A0'],
    ['one of several', `${composed} (2 of 3)`, ` ${decomposed} (2 of 3)`],
    ['in the sandbox', 'boat (sandbox)', 'boat  (sandbox)'],
  ])('%s', async (_name, one, other) => {
    const { directory, at } = await makeStore();
    const keys = createJobKeys(directory);
    const first = await keys.claim(one, claim());
    expect(await keys.claim(other, claim())).toEqual(first);
    expect(await keys.find(other)).toEqual(first);
    expect(keys.lockName(one)).toBe(keys.lockName(other));
    const next = { ...claim(), isRecorded: true };
    await keys.replace(other, next);
    expect(await keys.find(one)).toEqual(next);
    expect((await readdir(at('keys'))).filter((name) => /^[0-9a-f]{32}/u.test(name))).toHaveLength(1);
  });

  test.each([
    ['letters that only look alike', 'boat', 'b\u043Eat'],
    ['large and small', 'boat', 'Boat'],
    ['blanks inside', 'a boat', 'a  boat'],
    ['forms that mean another thing', 'x\u00B2', 'x2'],
    ['the sandbox’s own', 'boat', 'boat (sandbox)'],
  ])('but not %s', async (_name, one, other) => {
    const { directory } = await makeStore();
    const keys = createJobKeys(directory);
    const first = await keys.claim(one, claim());
    expect(await keys.claim(other, claim())).not.toEqual(first);
  });
});

describe('a claim of an earlier version', () => {
  test.each([
    ['typed again as it was', decomposed, decomposed],
    ['typed in another form', decomposed, composed],
    ['with blanks, typed again', ' boat ', ' boat '],
    ['with blanks, typed without', 'boat \u00A0', 'boat'],
    ['of several, with blanks', 'boat  (2 of 3)', 'boat (2 of 3)'],
  ])('is found: %s', async (_name, old, typed) => {
    const world = await makeStore();
    const jobId = await putOldClaim(world, old);
    const keys = createJobKeys(world.directory);
    expect(await keys.find(typed)).toMatchObject({ jobId });
    expect(await keys.claim(typed, claim())).toMatchObject({ jobId });
    const next = claim();
    await keys.replace(typed, next);
    for (const spelling of [old, typed]) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await createJobKeys(world.directory).claim(spelling, claim())).toMatchObject(next);
    }
  });

  test('in the spelling that was typed comes before one in another', async () => {
    const world = await makeStore();
    const [first, second] = [await putOldClaim(world, composed), await putOldClaim(world, decomposed)];
    const keys = createJobKeys(world.directory);
    expect(await keys.claim(composed, claim())).toMatchObject({ jobId: first });
    expect(await keys.claim(decomposed, claim())).toMatchObject({ jobId: second });
  });

  test('looking writes nothing, and a claim looks through all of them once', async () => {
    const world = await makeStore();
    const jobId = await putOldClaim(world, 'boat ');
    const keys = createJobKeys(world.directory);
    await keys.find('another');
    expect(await readdir(world.at('keys'))).toHaveLength(1);
    await keys.claim('another', claim());
    expect((await readdir(world.at('keys'))).toSorted().at(-1)).toBe('old-spellings.json');
    expect(await keys.claim('boat', claim())).toMatchObject({ jobId });
  });
});
