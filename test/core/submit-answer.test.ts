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
    ['a page with 403', reply(403, html), 'unconfirmed 14'],
    ['a page with 502', reply(502, html), 'unconfirmed 14'],
    ['nothing with 200', reply(200, ''), 'unconfirmed 14'],
    ['nothing with 401', reply(401, ''), 'unconfirmed 14'],
    ['nothing with 503', reply(503, ''), 'unconfirmed 14'],
    ['half a body', reply(200, '{"task_id":"T","output":{"task_id":"T'), 'unconfirmed 14'],
    ['null', reply(200, 'null'), 'unconfirmed 14'],
    ['an empty object', reply(200, {}), 'unconfirmed 14'],
    ['a list', reply(200, []), 'unconfirmed 14'],
    ['a task id that is no text', reply(200, { task_id: 7, output: { task_id: 7 } }), 'unconfirmed 14'],
    ['an empty task id', reply(200, { task_id: '', output: { task_id: '' } }), 'unconfirmed 14'],
    ['JSON that is nobody’s error shape, with 400', reply(400, { no: 1 }), 'unconfirmed 14'],
    ['408 with a page', reply(408, html), 'unconfirmed 14'],
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
    ['500 InternalError', reply(500, refusal('InternalError')), 'doubtful 6'],
    ['500 with a prefix', reply(500, refusal('InternalError.Algo')), 'doubtful 6'],
    ['500 SystemError', reply(500, refusal('SystemError')), 'doubtful 6'],
    ['503 ModelUnavailable', reply(503, refusal('ModelUnavailable')), 'doubtful 6'],
    ['503 ModelServingError', reply(503, refusal('ModelServingError')), 'doubtful 6'],
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

describe('what is told', () => {
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
