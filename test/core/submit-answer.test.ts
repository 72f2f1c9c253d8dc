import { describe, expect, test } from 'vitest';
import type { SendOutcome } from '../../src/core/http.ts';
import { judgeSubmit, type SubmitVerdict } from '../../src/core/submit-answer.ts';
import { acedata } from '../../src/providers/acedata/index.ts';
import { dashscope } from '../../src/providers/dashscope/index.ts';
import { reply } from './reply.ts';

const nowMs = Date.UTC(2026, 10, 20, 12, 0, 0);

/** `kind exitCode` of a verdict, as the tables write it. */
function brief(verdict: SubmitVerdict): string {
  if (verdict.kind === 'accepted') return `accepted ${verdict.taskId}`;
  return `${verdict.kind} ${verdict.error.exitCode}`;
}

const html = '<html><body><h1>502 Bad Gateway</h1></body></html>';
const refusal = (code: string, message = 'no') => ({ code, message, request_id: 'r-1' });

describe.each([
  ['DashScope', dashscope.protocol],
  ['AceData', acedata.protocol],
])('%s: whatever the service', (_title, protocol) => {
  test.each<[string, SendOutcome, string]>([
    ['DNS, connect, TLS or CONNECT failed', { kind: 'never-sent', reason: 'ENOTFOUND' }, 'never-sent 6'],
    ['the connection was cut', { kind: 'lost', reason: 'reset' }, 'unconfirmed 14'],
    ['no answer came', { kind: 'lost', reason: 'no answer within 120 s' }, 'unconfirmed 14'],
    ['a redirect, moved for good', reply(301, ''), 'refused 6'],
    ['a redirect that keeps the body', reply(307, '', { location: 'https://e.com/' }), 'refused 6'],
    ['a redirect with a page', reply(302, html), 'refused 6'],
    ['a page with 200', reply(200, html), 'unconfirmed 14'],
    ['303, which asks to look elsewhere', reply(303, '', { location: '/x' }), 'unconfirmed 14'],
    ['a page with 400', reply(400, html), 'refused 2'],
    ['a page with 402', reply(402, html), 'refused 4'],
    ['a page with 403', reply(403, html), 'refused 3'],
    ['a page with 404', reply(404, html), 'refused 6'],
    ['a text with 405', reply(405, 'Method Not Allowed'), 'refused 6'],
    ['a text with 413', reply(413, 'Too large'), 'refused 2'],
    ['a text with 418', reply(418, 'I am a teapot'), 'refused 6'],
    ['a list with 422', reply(422, [{ msg: 'no' }]), 'refused 2'],
    ['half a body with 401', reply(401, '{"code":"Inv'), 'refused 3'],
    ['a page with 502', reply(502, html), 'unconfirmed 14'],
    ['nothing with 200', reply(200, ''), 'unconfirmed 14'],
    ['nothing with 401', reply(401, ''), 'refused 3'],
    ['nothing with 503', reply(503, ''), 'unconfirmed 14'],
    ['half a body', reply(200, '{"task_id":"T","output":{"task_id":"T'), 'unconfirmed 14'],
    ['null', reply(200, 'null'), 'unconfirmed 14'],
    ['an empty object', reply(200, {}), 'unconfirmed 14'],
    ['a list', reply(200, []), 'unconfirmed 14'],
    ['a task id that is a number', reply(200, { task_id: 7, output: { task_id: 7 } }), 'accepted 7'],
    [
      'a task id with more digits than JSON holds',
      reply(200, '{"task_id":912345678901234567890,"output":{"task_id":912345678901234567890}}'),
      'accepted 912345678901234567890',
    ],
    ['a task id that is an object', reply(200, { task_id: {}, output: { task_id: [] } }), 'unconfirmed 14'],
    ['an empty task id', reply(200, { task_id: '', output: { task_id: '' } }), 'unconfirmed 14'],
    ['JSON that is nobody’s error shape, with 400', reply(400, { no: 1 }), 'refused 2'],
    ...[408, 409, 425, 460, 499].flatMap((status): [string, SendOutcome, string][] => [
      [`${status} with a page`, reply(status, html), 'unconfirmed 14'],
      [`${status} with words`, reply(status, { message: 'no', error: { message: 'no' } }), 'unconfirmed 14'],
    ]),
  ])('%s', (_name, outcome, expected) => {
    expect(brief(judgeSubmit(outcome, protocol, nowMs))).toBe(expected);
  });
});

describe('DashScope', () => {
  test.each<[string, SendOutcome, string]>([
    ['a task', reply(200, { output: { task_status: 'PENDING', task_id: 't-1' } }), 'accepted t-1'],
    ['201 with a task', reply(201, { output: { task_id: 't-1' } }), 'accepted t-1'],
    ['429 too fast', reply(429, refusal('Throttling.RateQuota')), 'again 4'],
    ['429 in lower case', reply(429, refusal('limit_requests')), 'again 4'],
    ['429 with an unknown code', reply(429, refusal('Whatever')), 'again 4'],
    ['429 with a page', reply(429, html), 'again 4'],
    ['429 with nothing', reply(429, ''), 'again 4'],
    [
      '429 with a busy allocation',
      reply(429, refusal('Throttling.AllocationQuota', 'too many tasks')),
      'again 4',
    ],
    [
      '429 with the free allocation used up',
      reply(429, refusal('Throttling.AllocationQuota', 'Free allocated quota exceeded.')),
      'refused 4',
    ],
    ['429 not purchased', reply(429, refusal('CommodityNotPurchased')), 'refused 4'],
    ['429 prepaid bill', reply(429, refusal('PrepaidBillOverdue')), 'refused 4'],
    ['429 postpaid bill', reply(429, refusal('PostpaidBillOverdue')), 'refused 4'],
    ['400 bad parameter', reply(400, refusal('InvalidParameter')), 'refused 2'],
    ['400 unknown code', reply(400, refusal('SomethingNew')), 'refused 2'],
    ['400 debt', reply(400, refusal('Arrearage')), 'refused 4'],
    ['400 content', reply(400, refusal('DataInspectionFailed')), 'refused 10'],
    ['401 key', reply(401, refusal('InvalidApiKey')), 'refused 3'],
    ['403 model', reply(403, refusal('Model.AccessDenied')), 'refused 3'],
    ['404 model', reply(404, refusal('ModelNotFound')), 'refused 2'],
    ['a wrapped error of a gateway', reply(401, { error: refusal('invalid_api_key') }), 'refused 3'],
    ['408 with the service’s words', reply(408, refusal('Whatever')), 'unconfirmed 14'],
    ['408 with a known code', reply(408, refusal('InvalidParameter')), 'unconfirmed 14'],
    ['500 RequestTimeOut', reply(500, refusal('RequestTimeOut')), 'unconfirmed 14'],
    ['500 ResponseTimeout', reply(500, refusal('ResponseTimeout')), 'unconfirmed 14'],
    ['500 InternalError', reply(500, refusal('InternalError')), 'unconfirmed 14'],
    ['500 with a prefix', reply(500, refusal('InternalError.Algo')), 'unconfirmed 14'],
    ['500 SystemError', reply(500, refusal('SystemError')), 'unconfirmed 14'],
    ['503 ModelUnavailable', reply(503, refusal('ModelUnavailable')), 'unconfirmed 14'],
    ['503 ModelServingError', reply(503, refusal('ModelServingError')), 'unconfirmed 14'],
    ['500 unknown code', reply(500, refusal('Gremlins')), 'unconfirmed 14'],
    ['504 unknown code', reply(504, refusal('GatewayTimeout')), 'unconfirmed 14'],
    [
      '200 with an error and no task id',
      reply(200, { output: {}, ...refusal('Gremlins') }),
      'unconfirmed 14',
    ],
  ])('%s', (_name, outcome, expected) => {
    expect(brief(judgeSubmit(outcome, dashscope.protocol, nowMs))).toBe(expected);
  });

  test.each([
    [{}, undefined],
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': ' 0 ' }, 0],
    [{ 'retry-after': 'Fri, 20 Nov 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Fri, 20 Nov 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': '1.5' }, 1500],
  ])('a 429 with %j may be sent again after %j ms', (headers, afterMs) => {
    const verdict = judgeSubmit(reply(429, refusal('Throttling'), headers), dashscope.protocol, nowMs);
    expect(verdict).toMatchObject({ kind: 'again', error: { retryable: true, code: 'Throttling' } });
    expect(verdict.kind === 'again' ? verdict.afterMs : 'no').toBe(afterMs);
  });

  test.each([
    ['ModelNotFound', 'x', true],
    ['InvalidParameter', 'url error, please check url', true],
    ['InvalidParameter', 'Model not exist.', true],
    ['AccessDenied', 'Access denied.', true],
    ['InvalidParameter', 'size is wrong', false],
    ['InvalidApiKey', 'x', false],
  ])('%s (%s) is about the model: %s', (code, message, isAboutModel) => {
    const verdict = judgeSubmit(reply(400, refusal(code, message)), dashscope.protocol, nowMs);
    expect(verdict).toMatchObject({ kind: 'refused', isAboutModel });
  });
});

describe('AceData', () => {
  const error = (code: string) => ({ error: { code, message: 'no' }, trace_id: 'r-1' });
  test.each<[string, SendOutcome, string]>([
    ['a task', reply(200, { task_id: 't-1' }), 'accepted t-1'],
    ['a task with success', reply(200, { success: true, task_id: 't-1', trace_id: 'r' }), 'accepted t-1'],
    ['200 success:false, 4xx code', reply(200, { success: false, ...error('bad_request') }), 'refused 2'],
    ['200 success:false, credits', reply(200, { success: false, ...error('used_up') }), 'refused 4'],
    ['200 success:false, moderation', reply(200, { success: false, ...error('forbidden') }), 'refused 10'],
    ['200 success:false, token', reply(200, { success: false, ...error('invalid_token') }), 'refused 3'],
    [
      '200 success:false, unknown code',
      reply(200, { success: false, ...error('gremlins') }),
      'unconfirmed 14',
    ],
    ['200 success:false, api_error', reply(200, { success: false, ...error('api_error') }), 'unconfirmed 14'],
    ['200 success:false, no code', reply(200, { success: false, error: 'oops' }), 'unconfirmed 14'],
    ['200 success:false alone', reply(200, { success: false }), 'unconfirmed 14'],
    ['200 success:true without task id', reply(200, { success: true }), 'unconfirmed 14'],
    ['400', reply(400, error('bad_request')), 'refused 2'],
    ['400 as a bare text', reply(400, { error: 'prompt is missing' }), 'refused 2'],
    ['400 as a detail', reply(400, { detail: 'prompt is missing' }), 'refused 2'],
    ['400 token of another service', reply(400, error('token_mismatched')), 'refused 3'],
    ['401', reply(401, error('invalid_token')), 'refused 3'],
    ['403 credits', reply(403, error('used_up')), 'refused 4'],
    ['403 moderation', reply(403, error('forbidden')), 'refused 10'],
    ['404', reply(404, error('no_api')), 'refused 2'],
    ['408', reply(408, error('bad_request')), 'unconfirmed 14'],
    ['429, which may not mean refused', reply(429, error('too_many_requests')), 'refused 4'],
    ['429 with a page', reply(429, html), 'refused 4'],
    ['500 api_error', reply(500, error('api_error')), 'unconfirmed 14'],
    ['500 unknown code', reply(500, error('gremlins')), 'unconfirmed 14'],
    ['504 timeout', reply(504, error('timeout')), 'unconfirmed 14'],
    ['502 unknown code', reply(502, error('gremlins')), 'unconfirmed 14'],
  ])('%s', (_name, outcome, expected) => {
    expect(brief(judgeSubmit(outcome, acedata.protocol, nowMs))).toBe(expected);
  });
});

describe('a service’s own failure', () => {
  test.each<[number, string, boolean]>([
    [500, 'InternalError', true],
    [500, 'InternalError.Algo', true],
    [503, 'ModelUnavailable', true],
    [500, 'Gremlins', false],
    [500, 'RequestTimeOut', false],
    [408, 'InternalError', false],
  ])('%s %s is worth a look: %s', (status, code, isLookedUp) => {
    const verdict = judgeSubmit(reply(status, refusal(code)), dashscope.protocol, nowMs);
    expect({ isLookedUp: false, ...verdict }).toMatchObject({ kind: 'unconfirmed', isLookedUp });
  });
});

describe('a task that is named elsewhere', () => {
  const id = '0f3c5d2a-1111-4222-8333-944445555666';
  const pending = { output: { task_id: id, task_status: 'PENDING' }, request_id: 'r-1' };
  test.each<[string, SendOutcome, number | undefined]>([
    ['beside 500', reply(500, { ...pending, code: 'InternalError', message: 'x' }), undefined],
    ['beside 503 of a gateway', reply(503, { ...pending }), undefined],
    ['beside 429', reply(429, pending), 4],
    ['beside 429 with Retry-After', reply(429, pending, { 'retry-after': '0' }), 4],
    ['beside 302', reply(302, pending), undefined],
    ['beside 303', reply(303, pending), undefined],
    ['beside 400', reply(400, { task_id: id, code: 'InvalidParameter', message: 'x' }), 2],
    ['beside 401 in a text', reply(401, `task ${id} needs a key`), 3],
    ['beside 409', reply(409, { task_id: id }), undefined],
    ['in a list', reply(200, [{ taskId: id }]), undefined],
    ['in half a body', reply(200, `{"data":{"task_id":"${id}","st`), undefined],
  ])('%s', (_name, outcome, exitCode) => {
    const verdict = judgeSubmit(outcome, dashscope.protocol, nowMs);
    expect(verdict).toMatchObject({ kind: 'named', taskIds: [id], error: { exitCode: 14 } });
    expect(verdict.kind === 'named' ? verdict.refusal?.exitCode : 'no').toBe(exitCode);
  });

  test('of several, all are told', () => {
    const verdict = judgeSubmit(
      reply(500, { data: [{ task_id: 'a1' }, { task_id: 'b2' }] }),
      acedata.protocol,
      nowMs,
    );
    expect(verdict).toMatchObject({ kind: 'named', taskIds: ['a1', 'b2'] });
    expect('error' in verdict ? verdict.error.message : '').toContain('several tasks: a1, b2');
  });

  test('but what the answer only echoes is none', () => {
    const sent = { prompt: `task ${id}`, template: 'a-b-c' };
    const outcome = reply(500, { echo: sent, task_id: 'a-b-c', message: `task ${id}` });
    expect(judgeSubmit(outcome, acedata.protocol, nowMs, sent)).toMatchObject({ kind: 'unconfirmed' });
  });
});

describe('what is told', () => {
  test.each<[string, SendOutcome, string]>([
    ['a text', reply(401, 'Unauthorized'), 'the service refused it (401): Unauthorized'],
    [
      'a page',
      reply(403, '<html><head><title>403 &amp; out</title></head></html>'),
      'the service refused it (403): 403 & out',
    ],
    ['nothing', reply(404, ''), 'the service refused it (404)'],
    [
      'FastAPI',
      reply(422, { detail: [{ loc: ['body', 'prompt'], msg: 'field required', type: 'missing' }] }),
      'the service refused it (422): body.prompt: field required',
    ],
    [
      'RFC 7807',
      reply(403, { type: 'about:blank', title: 'Forbidden', detail: 'No plan.', status: 403 }),
      'the service refused it (403): Forbidden: No plan.',
    ],
    [
      'only a code of the service’s, and words elsewhere',
      reply(400, { code: 'Odd', msg: 'no' }),
      'the service refused it: Odd: no',
    ],
  ])('the words of %s', (_name, outcome, message) => {
    const verdict = judgeSubmit(outcome, dashscope.protocol, nowMs);
    expect('error' in verdict ? verdict.error.message : 'none').toBe(message);
    expect('error' in verdict ? verdict.error.hint : undefined).toMatch(/\S/u);
  });

  test.each<[string, SendOutcome, string | undefined]>([
    ['in the body', reply(400, refusal('InvalidParameter')), 'r-1'],
    ['in a header', reply(502, html, { 'x-request-id': 'h-1' }), 'h-1'],
    ['beside a task', reply(200, { output: {}, request_id: 'r-2' }), 'r-2'],
    ['nowhere', reply(502, html), undefined],
  ])('the request id %s', (_name, outcome, requestId) => {
    const verdict = judgeSubmit(outcome, dashscope.protocol, nowMs);
    expect('error' in verdict ? verdict.error.requestId : 'no error').toBe(requestId);
  });

  test('an accepted task comes with its request id', () => {
    const outcome = reply(200, { output: { task_id: 't' }, request_id: 'r-9' });
    expect(judgeSubmit(outcome, dashscope.protocol, nowMs)).toMatchObject({ taskId: 't', requestId: 'r-9' });
  });

  test('an open outcome says that nothing was sent again', () => {
    const verdict = judgeSubmit({ kind: 'lost', reason: 'reset' }, dashscope.protocol, nowMs);
    expect('error' in verdict ? verdict.error.message : '').toBe(
      'it is not known whether the service accepted the job: ' +
        'the connection broke before the answer: reset; it was not sent again',
    );
  });

  test('a service’s text stays on one line, without controls', () => {
    const outcome = reply(400, refusal('InvalidParameter', 'a\u001b[2J\n::error::b\u202e'));
    const verdict = judgeSubmit(outcome, dashscope.protocol, nowMs);
    expect('error' in verdict ? verdict.error.message : '').toBe(
      'the service refused it: InvalidParameter: a[2J ::error::b',
    );
  });
});
