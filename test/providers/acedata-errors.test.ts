import { expect, test } from 'vitest';
import { ExitCode } from '../../src/core/exit-code.ts';
import { acedata } from '../../src/providers/acedata/index.ts';

const meaning = (code: string | undefined, status: number) =>
  acedata.protocol.meaningOf(status, { code, message: '', requestId: undefined });

test.each<[status: number, code: string, exit: number, hint: RegExp | null, flags: object]>([
  [400, 'bad_request', 2, /wan models/u, {}],
  [400, 'no_token', 3, /auth login/u, {}],
  [400, 'api_not_implemented', 2, /--base-url/u, {}],
  [400, 'token_mismatched', 3, /another service/u, {}],
  [401, 'token_mismatched', 3, /another service/u, {}],
  [401, 'invalid_token', 3, /auth login/u, {}],
  [401, 'token_expired', 3, /auth login/u, {}],
  [403, 'used_up', 4, /top up/u, {}],
  [403, 'disabled', 3, /disabled/u, {}],
  [403, 'forbidden', 10, /change the prompt/u, {}],
  [404, 'no_api', 2, /--base-url/u, {}],
  [429, 'too_many_requests', 4, /wait/u, { retryable: true }],
  [429, 'rate_limited', 4, /wait/u, { retryable: true }],
  [500, 'api_error', 9, /run it again/u, { retryable: true, ambiguous: true }],
  [504, 'timeout', 6, null, { retryable: true, ambiguous: true }],
])('%i %s ends with exit code %i', (status, code, exit, hint, flags) => {
  const found = meaning(code, status);
  expect(found.known).toBe(true);
  expect(ExitCode[found.class]).toBe(exit);
  expect(found).toMatchObject(flags);
  expect(found.retryable ?? false).toBe('retryable' in flags);
  if (hint === null) expect(found.hint).toBeUndefined();
  else expect(found.hint).toMatch(hint);
  expect(meaning(code.toUpperCase(), 200)).toEqual(found);
});

test.each([
  [400, 'usage'],
  [401, 'auth'],
  [402, 'quota'],
  [403, 'auth'],
  [404, 'usage'],
  [429, 'quota'],
  [413, 'error'],
  [500, 'network'],
  [503, 'network'],
] as const)('an unknown code with status %i is of class %s', (status, name) => {
  for (const code of ['gremlins', undefined, 'constructor', '__proto__']) {
    expect(meaning(code, status)).toMatchObject({ class: name, known: false });
  }
});
