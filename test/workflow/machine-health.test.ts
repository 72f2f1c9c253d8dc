import { expect, test } from 'vitest';
import { InterruptedError, UsageError } from '../../src/core/errors.ts';
import { failure, findingDocument, ok, runChecks } from '../../src/workflow/finding.ts';
import { describeProxies, judgeClock, judgeFreeSpace, judgeNode } from '../../src/workflow/machine-health.ts';

test.each([
  ['18.20.4', 'failure'],
  ['20.18.3', 'failure'],
  ['20.19.0', 'ok'],
  ['20.100.0', 'ok'],
  ['21.0.0', 'ok'],
  ['26.1.0', 'ok'],
])('Node %s: %s', (version, status) => {
  const finding = judgeNode(version);
  expect(finding.status).toBe(status);
  expect(finding.error?.exitCode).toBe(status === 'ok' ? undefined : 1);
  expect(finding.hint).toBe(status === 'ok' ? undefined : 'install Node 20.19 or newer');
});

test.each<[string, Record<string, string>, string, string]>([
  ['none', {}, 'ok', 'none'],
  [
    'without user and password',
    { HTTPS_PROXY: 'http://me:s3cret@proxy.example:3128/' },
    'ok',
    'https through http://proxy.example:3128, never for this machine itself',
  ],
  [
    'without a scheme, lower case first, with exceptions',
    { http_proxy: 'me:s3cret@a:1', HTTP_PROXY: 'b:2', NO_PROXY: '.example' },
    'ok',
    'http through http://a:1, not for .example, never for this machine itself',
  ],
  ['in a variable that is not read', { ALL_PROXY: 'http://a:1' }, 'warning', 'ALL_PROXY is set'],
])('a proxy is told %s', (_name, env, status, message) => {
  const finding = describeProxies(env);
  expect(finding.status).toBe(status);
  expect(finding.message).toContain(message);
  expect(JSON.stringify(findingDocument(finding))).not.toContain('s3cret');
});

test.each([
  [99_999_999, 'failure', 'only 99 MB free in /out', 13],
  [100_000_000, 'warning', 'only 100 MB free in /out', null],
  [999_999_999, 'warning', 'only 999 MB free in /out', null],
  [1_000_000_000, 'ok', '1.0 GB free in /out', null],
])('%i bytes of room: %s', (bytes, status, message, code) => {
  const finding = judgeFreeSpace('/out', bytes);
  expect(findingDocument(finding)).toMatchObject({ status, message, exit_code: code });
  expect(finding.hint === undefined).toBe(status === 'ok');
});

test.each<[string, number[], string, string]>([
  ['nobody to compare with', [], 'ok', 'not compared'],
  ['the same', [200], 'ok', 'within 1 s of s0’s'],
  ['a minute', [-60_000], 'ok', 'within 60 s of s0’s'],
  ['behind', [400, 61_000], 'warning', '61 s behind s1’s'],
  ['ahead', [-300_000, 61_000], 'warning', '300 s ahead of s0’s'],
])('a clock: %s', (_name, skews, status, message) => {
  const finding = judgeClock(skews.map((skewMs, index) => ({ of: `s${index}`, skewMs })));
  expect(finding.status).toBe(status);
  expect(finding.message).toContain(message);
});

test('a check that breaks is a failure of its own, and the others are told in their order', async () => {
  const findings = await runChecks([
    {
      name: 'slow',
      run: async () => {
        await Promise.resolve();
        return ok('slow', 'fine');
      },
    },
    {
      name: 'broken',
      run: () => {
        throw new TypeError('x is not a function');
      },
    },
    { name: 'usage', run: () => Promise.reject(new UsageError('no', { hint: 'yes' })) },
  ]);
  expect(findings.map(findingDocument)).toEqual([
    { name: 'slow', status: 'ok', message: 'fine', hint: null, exit_code: null, details: {} },
    {
      name: 'broken',
      status: 'failure',
      message: 'this could not be checked: x is not a function',
      hint: expect.any(String),
      exit_code: 1,
      details: {},
    },
    { name: 'usage', status: 'failure', message: 'no', hint: 'yes', exit_code: 2, details: {} },
  ]);
});

test('an interruption is no finding', async () => {
  const interrupted = new InterruptedError('interrupted');
  expect(() => failure('any', interrupted)).toThrow(interrupted);
  await expect(runChecks([{ name: 'any', run: () => Promise.reject(interrupted) }])).rejects.toBe(
    interrupted,
  );
});
