import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readParams } from '../../src/cli/read-params.ts';
import { UsageError } from '../../src/core/errors.ts';
import { withOverrides } from '../../src/providers/overrides.ts';
import { failureOf } from '../core/refusal.ts';
import { documentOf, runInProcess } from '../helpers/in-process.ts';

describe('--param reads as', () => {
  test.each<[string, string, unknown]>([
    ['style=3d', 'style', '3d'],
    ['style="3"', 'style', '3'],
    ['n=3', 'n', 3],
    ['flag=true', 'flag', true],
    ['none=null', 'none', null],
    ['list=[1,"a"]', 'list', [1, 'a']],
    ['a.b={"c":1}', 'a.b', { c: 1 }],
    ['empty=', 'empty', ''],
    ['eq=a=b', 'eq', 'a=b'],
    [' path =x', 'path', 'x'],
    ['media.0.url=u', 'media.0.url', 'u'],
    ['broken={', 'broken', '{'],
  ])('%s', (typed, path, value) => {
    expect(readParams([typed])).toEqual([{ path, value }]);
  });

  test.each([
    'style',
    '=3',
    '',
    '.a=1',
    'a.=1',
    'a..b=1',
    'a b=1',
    'a/b=1',
    '__proto__=1',
    'a.__proto__.b=1',
    'constructor.prototype.x=1',
    'a.prototype=1',
    `${'k'.repeat(65)}=1`,
  ])('%j not at all', async (typed) => {
    expect(await failureOf(() => readParams([typed]))).toBeInstanceOf(UsageError);
  });
});

test.each<[string, unknown, object, object]>([
  ['seed', 7, { parameters: { seed: 1, n: 2 } }, { parameters: { seed: 7, n: 2 } }],
  ['seed', 7, {}, { parameters: { seed: 7 } }],
  ['input.prompt', 'q', { input: { prompt: 'p', x: 1 } }, { input: { prompt: 'q', x: 1 } }],
  ['a.b.c', 1, {}, { a: { b: { c: 1 } } }],
  [
    'input.media.0.url',
    'v',
    { input: { media: [{ type: 't', url: 'u' }] } },
    { input: { media: [{ type: 't', url: 'v' }] } },
  ],
  ['input.media.1', 'v', { input: { media: ['u'] } }, { input: { media: ['u', 'v'] } }],
  ['input', null, { input: {} }, { input: {}, parameters: { input: null } }],
])('%s = %j sets its field alone', (path, value, body, expected) => {
  const before = structuredClone(body);
  expect(withOverrides(body as Record<string, unknown>, [{ path, value }], 'parameters')).toEqual(expected);
  expect(body).toEqual(before);
});

test.each<[string, object, RegExp]>([
  ['a.b.c', { a: 5 }, /goes through a value that has no fields/u],
  ['input.prompt.x', { input: { prompt: 'p' } }, /has no fields/u],
  ['input.media.9', { input: { media: ['u'] } }, /the list has 1 items/u],
  ['input.media.url', { input: { media: ['u'] } }, /the list has 1 items/u],
])('%s would destroy what flags have put there: refused', (path, body, message) => {
  const run = () => withOverrides(body as Record<string, unknown>, [{ path, value: 1 }], 'parameters');
  expect(run).toThrow(message);
  expect(run).toThrow(expect.objectContaining({ exitCode: 2 }));
});

test('a bare key goes to the top where there is no other place, and the last of two wins', () => {
  const overrides = [
    { path: 'seed', value: 1 },
    { path: 'seed', value: 2 },
  ];
  expect(withOverrides({ model: 'm' }, overrides, '')).toEqual({ model: 'm', seed: 2 });
});

test('no path reaches into the language', () => {
  const part = fc.constantFrom('a', 'b', '0', '__proto__', 'constructor', 'prototype', 'toString');
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      try {
        const overrides = readParams([`${parts.join('.')}={"polluted":true}`]);
        withOverrides({ a: { b: [] } }, overrides, 'parameters');
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    }),
  );
});

test('over a flag it wins with a warning, elsewhere it is silent', async () => {
  const run = await runInProcess(
    't2v p --seed 1 --param seed=2 --param input.style=3d --region beijing --dry-run --json'.split(' '),
  );
  expect(documentOf(run)['dry_run']).toMatchObject({
    body: { input: { prompt: 'p', style: '3d' }, parameters: { seed: 2 } },
    warnings: ['--param seed takes the place of 1'],
  });
  expect(run.stderr).toContain('--param seed takes the place of 1');
});

test('what the rows refuse may be sent raw', async () => {
  const run = await runInProcess(
    't2v p --provider acedata --param seed=2 --param async=false --dry-run --json'.split(' '),
  );
  expect(documentOf(run)['dry_run']).toMatchObject({
    body: { seed: 2, async: false },
    warnings: ['--param async takes the place of true'],
  });
});
