import { describe, expect, test } from 'vitest';
import { ExitCode } from '../../src/core/exit-code.ts';
import { dashscope } from '../../src/providers/dashscope/index.ts';

const meaning = (code: string | undefined, message = '', status = 0) =>
  dashscope.protocol.meaningOf(status, { code, message, requestId: undefined });

type Expected = { exit: number; isRetryable?: boolean; hint?: RegExp | null };

/** Every code of the service's page "Error messages", with the message that tells its meanings apart. */
const rows: [code: string, message: string, expected: Expected][] = [
  ['InvalidApiKey', '', { exit: 3, hint: /region/u }],
  ['NOT AUTHORIZED', '', { exit: 3, hint: /--workspace/u }],
  [
    'AccessDenied',
    'current user api does not support synchronous calls.',
    { exit: 1, hint: /fault of wan/u },
  ],
  [
    'AccessDenied',
    'current user api does not support asynchronous calls.',
    { exit: 1, hint: /fault of wan/u },
  ],
  ['AccessDenied', 'Access denied.', { exit: 3, hint: /open the model/u }],
  ['AccessDenied.Unpurchased', '', { exit: 3, hint: /activate/u }],
  ['Model.AccessDenied', '', { exit: 3, hint: /open the model/u }],
  ['Workspace.AccessDenied', '', { exit: 3, hint: /console/u }],
  ['App.AccessDenied', '', { exit: 3, hint: /console/u }],
  ['AllocationQuota.FreeTierOnly', '', { exit: 4, hint: /switch off/u }],
  ['Arrearage', '', { exit: 4, hint: /top up/u }],
  ['ModelNotFound', 'Model not exist.', { exit: 2, hint: /wan models/u }],
  ['InvalidParameter', 'Model not exist.', { exit: 2, hint: /wan models/u }],
  ['InvalidParameter', 'url error, please check url', { exit: 2, hint: /wan models/u }],
  ['InvalidParameter', 'size', { exit: 2, hint: /wan models/u }],
  ['WorkSpaceNotFound', '', { exit: 2, hint: /--workspace/u }],
  ['NotFound', '', { exit: 2, hint: /--base-url/u }],
  ['Conflict', '', { exit: 1, hint: null }],
  ['UnsupportedOperation', '', { exit: 1, hint: null }],
  ['InvalidParameter.DataInspection', 'Download timed out', { exit: 2, hint: /could not fetch/u }],
  ['BadRequest.EmptyInput', '', { exit: 2, hint: /./u }],
  ['BadRequest.EmptyParameters', '', { exit: 2, hint: /./u }],
  ['BadRequest.EmptyModel', '', { exit: 2, hint: /./u }],
  ['BadRequest.IllegalInput', '', { exit: 2, hint: /./u }],
  ['BadRequest.InputDownloadFailed', '', { exit: 2, hint: /could not fetch/u }],
  ['InvalidURL', '', { exit: 2, hint: /could not fetch/u }],
  ['InvalidURL.ConnectionRefused', '', { exit: 2, hint: /could not fetch/u }],
  ['InvalidURL.Timeout', '', { exit: 2, hint: /could not fetch/u }],
  ['BadRequest.TooLarge', '', { exit: 2, hint: /./u }],
  ['BadRequest.UnsupportedFileFormat', '', { exit: 2, hint: /./u }],
  ['InvalidImage.Format', '', { exit: 2, hint: /./u }],
  ['InvalidImageResolution', '', { exit: 2, hint: /./u }],
  ['InvalidImageFormat', '', { exit: 2, hint: /./u }],
  ['InvalidFile.Duration', '', { exit: 2, hint: /./u }],
  ['InvalidFile.AspectRatio', '', { exit: 2, hint: /./u }],
  ['InvalidFile.NoHuman', '', { exit: 2, hint: /./u }],
  ['InvalidPerson', '', { exit: 2, hint: /person/u }],
  ['DataInspectionFailed', '', { exit: 10, hint: /change the prompt/u }],
  ['IPInfringementSuspect', '', { exit: 10, hint: /change the prompt/u }],
  ['CustomRoleBlocked', '', { exit: 10, hint: /rules/u }],
  ['FaqRuleBlocked', '', { exit: 10, hint: /rules/u }],
  ['Throttling', '', { exit: 4, isRetryable: true, hint: /wait/u }],
  ['Throttling.RateQuota', '', { exit: 4, isRetryable: true, hint: /wait/u }],
  ['LimitRequests', '', { exit: 4, isRetryable: true, hint: /wait/u }],
  ['Throttling.BurstRate', '', { exit: 4, isRetryable: true, hint: /wait/u }],
  ['Throttling.AllocationQuota', 'too many running tasks', { exit: 4, isRetryable: true, hint: /wait/u }],
  ['Throttling.AllocationQuota', 'Free allocated quota exceeded.', { exit: 4, hint: /bills/u }],
  ['CommodityNotPurchased', '', { exit: 4, hint: /bills/u }],
  ['PrepaidBillOverdue', '', { exit: 4, hint: /bills/u }],
  ['PostpaidBillOverdue', '', { exit: 4, hint: /bills/u }],
  ['InternalError', '', { exit: 6, isRetryable: true, hint: /later/u }],
  ['InternalError.Algo', '', { exit: 6, isRetryable: true, hint: /later/u }],
  ['SystemError', '', { exit: 6, isRetryable: true, hint: /later/u }],
  ['ModelServiceFailed', '', { exit: 6, isRetryable: true, hint: /later/u }],
  ['RewriteFailed', '', { exit: 6, isRetryable: true, hint: /--no-prompt-extend/u }],
  ['InternalError.FileUpload', '', { exit: 6, isRetryable: true, hint: /later/u }],
  ['InternalError.Upload', '', { exit: 6, isRetryable: true, hint: /later/u }],
  ['InternalError.Timeout', '', { exit: 6, hint: /3 hour/u }],
  ['RequestTimeOut', '', { exit: 6, isRetryable: true, hint: null }],
  ['ResponseTimeout', '', { exit: 6, isRetryable: true, hint: null }],
  ['ModelServingError', '', { exit: 6, isRetryable: true, hint: /later/u }],
  ['ModelUnavailable', '', { exit: 6, isRetryable: true, hint: /later/u }],
];

describe('every documented code', () => {
  test.each(rows)('%s (%s)', (code, message, { exit, isRetryable = false, hint = null }) => {
    const found = meaning(code, message);
    expect(found.known).toBe(true);
    expect(ExitCode[found.class]).toBe(exit);
    expect(found.retryable ?? false).toBe(isRetryable);
    if (hint === null) expect(found.hint).toBeUndefined();
    else expect(found.hint).toMatch(hint);
  });

  test.each(rows)('%s (%s) means the same in lower case with underscores', (code, message) => {
    const twin = code.replaceAll(/(?<=[a-z])(?=[A-Z])/gu, '_').toLowerCase();
    expect(meaning(twin, message)).toEqual(meaning(code, message));
  });

  test.each(rows)('%s (%s) means the same whatever the status', (code, message) => {
    for (const status of [200, 400, 403, 429, 500, 503]) {
      expect(meaning(code, message, status)).toEqual(meaning(code, message));
    }
  });
});

test.each([
  ['InternalError.Algo.DataInspectionFailed', 'DataInspectionFailed'],
  ['data_inspection_failed', 'DataInspectionFailed'],
  ['invalid_api_key', 'InvalidApiKey'],
  ['access_denied', 'AccessDenied'],
  ['model_not_found', 'ModelNotFound'],
  ['limit_requests', 'LimitRequests'],
  ['insufficient_quota', 'Throttling.AllocationQuota'],
  ['Throttling.insufficient-quota', 'Throttling.AllocationQuota'],
])('%s is a twin of %s', (twin, code) => {
  expect(meaning(twin)).toEqual(meaning(code));
});

test('an insufficient quota of the free kind does not come back by waiting', () => {
  expect(meaning('insufficient_quota', 'Free allocated quota exceeded')).toMatchObject({ class: 'quota' });
  expect(meaning('insufficient_quota', 'Free allocated quota exceeded').retryable).toBeUndefined();
});

test('only the timeouts of HTTP leave a submit open', () => {
  const ambiguous = rows.filter(([code, message]) => meaning(code, message).ambiguous === true);
  expect(ambiguous.map(([code]) => code)).toEqual(['RequestTimeOut', 'ResponseTimeout']);
});

test.each([
  [400, 'usage', undefined],
  [401, 'auth', undefined],
  [403, 'auth', undefined],
  [404, 'usage', undefined],
  [429, 'quota', true],
  [418, 'error', false],
  [500, 'network', true],
  [503, 'network', true],
  [0, 'error', false],
] as const)('an unknown code with status %i is of class %s', (status, name, isRetryable) => {
  for (const code of ['Gremlins', undefined, 'constructor']) {
    const found = meaning(code, '', status);
    expect(found).toMatchObject({ class: name, known: false });
    expect(found.retryable).toBe(isRetryable);
  }
});
