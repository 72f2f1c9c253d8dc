import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { parseFaultPlan } from '../../src/sandbox/fault-plan.ts';
import { FaultCounter } from '../../src/sandbox/faults.ts';

const parse = (plan: unknown) => parseFaultPlan(JSON.stringify(plan), 'faults.json');

describe('a fault plan', () => {
  test('fills in what a rule leaves out, and reads durations', () => {
    expect(parse([{ on: 'submit' }, { on: 'any', after: 2, times: 3, delay: '1.5s' }])).toEqual([
      { on: 'submit', after: 0, times: 1 },
      { on: 'any', after: 2, times: 3, delay: 1500 },
    ]);
    expect(parse([{ on: 'query', delay: '200ms' }])[0]?.delay).toBe(200);
  });

  test.each<[string, unknown, RegExp]>([
    ['no JSON', '[{', /^faults\.json is not JSON/u],
    ['no array', { on: 'submit' }, /^faults\.json: .*array/u],
    [
      'an unknown field',
      [{ on: 'submit' }, { on: 'query', stauts: 503 }],
      /^faults\.json, rule 2, "stauts": no such field$/u,
    ],
    ['no kind', [{ status: 503 }], /^faults\.json, rule 1, "on": /u],
    ['an unknown kind', [{ on: 'post' }], /rule 1, "on": .*submit/u],
    ['a status below 200', [{ on: 'any', status: 100 }], /rule 1, "status": /u],
    ['a status as text', [{ on: 'any', status: '503' }], /rule 1, "status": /u],
    ['times 0', [{ on: 'any', times: 0 }], /rule 1, "times": /u],
    ['after -1', [{ on: 'any', after: -1 }], /rule 1, "after": /u],
    ['a bare number as delay', [{ on: 'any', delay: 5 }], /rule 1, "delay": /u],
    ['a delay without a unit', [{ on: 'any', delay: '5' }], /rule 1, "delay": .*5s/u],
    ['an unknown drop', [{ on: 'any', drop: 'never' }], /rule 1, "drop": /u],
    ['an unknown fate', [{ on: 'query', task: 'DONE' }], /rule 1, "task": /u],
    ['a fate of a download', [{ on: 'download', task: 'FAILED' }], /rule 1, "task": .*submit/u],
    ['a range of a query', [{ on: 'query', range: 'ignore' }], /rule 1, "range": .*download/u],
    ['a code for nothing', [{ on: 'query', code: 'X' }], /rule 1, "code": needs/u],
    ['a header name with a blank', [{ on: 'any', headers: { 'a b': 'x' } }], /rule 1, "headers\.a b": /u],
    ['a header with a line end', [{ on: 'any', headers: { a: 'x\r\ny: z' } }], /rule 1, "headers\.a": /u],
  ])('with %s is a usage error that says where', (_name, plan, message) => {
    const act = () => (typeof plan === 'string' ? parseFaultPlan(plan, 'faults.json') : parse(plan));
    expect(act).toThrow(UsageError);
    expect(act).toThrow(message);
    try {
      act();
    } catch (error) {
      expect(error instanceof UsageError ? error.hint : undefined).toMatch(/on|fields/u);
    }
  });
});

describe('rules', () => {
  const run = (plan: unknown, kinds: string) => {
    const counter = new FaultCounter(parse(plan));
    const names = { s: 'submit', q: 'query', x: undefined } as const;
    return kinds
      .split('')
      .map((kind) => counter.take(names[kind as keyof typeof names])?.number ?? 0)
      .join('');
  };

  test.each<[string, unknown, string, string]>([
    ['apply once', [{ on: 'query' }], 'qqq', '100'],
    ['only to their kind', [{ on: 'query' }], 'sqsq', '0100'],
    ['after some', [{ on: 'query', after: 2, times: 2 }], 'qqqqqq', '001100'],
    ['to anything', [{ on: 'any', times: 3 }], 'xsqs', '1110'],
    ['the first that matches wins', [{ on: 'query' }, { on: 'any', times: 2 }], 'qsq', '120'],
    // The second rule has counted the request that the first one took.
    [
      'a rule that loses has counted',
      [
        { on: 'query', times: 2 },
        { on: 'query', times: 3 },
      ],
      'qqqq',
      '1120',
    ],
    [
      'one that skips does not match',
      [
        { on: 'query', after: 1 },
        { on: 'query', times: 9 },
      ],
      'qqq',
      '212',
    ],
    ['other kinds do not count', [{ on: 'query', after: 1 }], 'ssqq', '0001'],
  ])('%s', (_name, plan, kinds, expected) => {
    expect(run(plan, kinds)).toBe(expected);
  });
});
