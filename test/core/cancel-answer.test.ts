import { expect, test } from 'vitest';
import { judgeCancel } from '../../src/core/cancel-answer.ts';
import type { SendOutcome } from '../../src/core/http.ts';
import { dashscope } from '../../src/providers/dashscope/index.ts';
import { reply } from './reply.ts';

const nowMs = Date.UTC(2026, 10, 20);
const refusal = (code: string, message = 'no') => ({ code, message, request_id: 'r-1' });
const judge = (outcome: SendOutcome) => judgeCancel(outcome, dashscope.protocol, nowMs);

test.each<[string, SendOutcome, string, number | undefined]>([
  ['a request id', reply(200, { request_id: 'r-1' }), 'accepted', undefined],
  ['an empty object', reply(200, {}), 'accepted', undefined],
  ['an error body that says 200', reply(200, refusal('UnsupportedOperation')), 'refused', 1],
  ['a portal’s page', reply(200, '<html>portal</html>'), 'unclear', 6],
  ['nothing', reply(200, ''), 'unclear', 6],
  ['not PENDING any more', reply(400, refusal('UnsupportedOperation')), 'refused', 1],
  ['a code for other calls', reply(400, refusal('InvalidParameter', 'bad')), 'refused', 1],
  ['a key of another region', reply(401, refusal('InvalidApiKey')), 'refused', 3],
  ['a debt', reply(400, refusal('Arrearage')), 'refused', 4],
  ['a redirect', reply(302, '', { location: 'https://elsewhere' }), 'refused', 6],
  ['too many calls', reply(429, refusal('Throttling.RateQuota')), 'again', 4],
  ['too many calls, by a gateway', reply(429, '<html>slow down</html>'), 'again', 4],
  ['a bill that is due', reply(429, refusal('PrepaidBillOverdue')), 'refused', 4],
  ['a 4xx page', reply(404, '<html>not here</html>'), 'unclear', 6],
  ['408', reply(408, refusal('Odd')), 'unclear', 6],
  ['a code that leaves it open', reply(400, refusal('ResponseTimeout')), 'unclear', 6],
  ['500', reply(500, refusal('InternalError')), 'unclear', 6],
  ['502', reply(502, '<html>Bad Gateway</html>'), 'unclear', 6],
  ['a cut connection', { kind: 'lost', reason: 'reset' }, 'unclear', 6],
  ['no connection', { kind: 'never-sent', reason: 'ECONNREFUSED' }, 'never-sent', 6],
])('an answer to a cancel: %s', (_name, outcome, kind, exitCode) => {
  const verdict = judge(outcome);
  expect(verdict.kind).toBe(kind);
  expect('error' in verdict ? verdict.error.exitCode : undefined).toBe(exitCode);
});

test('keeps what the service said, and how long it wants to be left alone', () => {
  const slow = judge(reply(429, refusal('Throttling', 'slow down'), { 'retry-after': '7' }));
  expect(slow).toMatchObject({
    kind: 'again',
    afterMs: 7000,
    error: { code: 'Throttling', requestId: 'r-1' },
  });
  const refused = judge(reply(400, refusal('UnsupportedOperation', 'is it PENDING?')));
  expect(refused).toMatchObject({
    error: {
      message: 'UnsupportedOperation: is it PENDING?',
      code: 'UnsupportedOperation',
      requestId: 'r-1',
    },
  });
  // A hint for those who make videos helps nobody here.
  expect(judge(reply(400, refusal('InvalidParameter')))).toMatchObject({ error: { hint: undefined } });
});
