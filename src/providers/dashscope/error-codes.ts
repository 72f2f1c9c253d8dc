import type { CodeMeaning, Refusal } from '../../core/refusal.ts';

// Alibaba Model Studio, "Error messages" (read 2026-05-30). Codes come with prefixes and in lower-case twins
// (`InternalError.Algo.DataInspectionFailed`, `data_inspection_failed`), so rows match on the known part, without
// case and underscores. The first row that fits wins: particular before general.

type Row = CodeMeaning & { match: string; message?: RegExp };

const keyHint =
  'check the key and its region: a key belongs to one region (`wan auth status`); sk-sp- keys need their plan’s own host';
const accessHint =
  'open the model for this key or workspace in the Model Studio console, or name another with -m';
const billingHint = 'look at the balance and the bills in the Model Studio console';
const inputHint = 'compare the input with `wan models`';

const rows: readonly Row[] = [
  { match: 'DataInspectionFailed', class: 'content_filter', hint: 'change the prompt or the input' },
  { match: 'IPInfringementSuspect', class: 'content_filter', hint: 'change the prompt or the input' },
  { match: 'CustomRoleBlocked', class: 'content_filter', hint: 'the account’s own rules blocked it' },
  { match: 'FaqRuleBlocked', class: 'content_filter', hint: 'the account’s own rules blocked it' },
  { match: 'InvalidApiKey', class: 'auth', hint: keyHint },
  { match: 'NotAuthorized', class: 'auth', hint: 'check the workspace id (--workspace) and the host' },
  {
    match: 'AccessDenied',
    message: /(?:a)?synchronous calls/iu,
    class: 'error',
    hint: 'this is a fault of wan or of a proxy that drops headers',
  },
  { match: 'AccessDenied.Unpurchased', class: 'auth', hint: 'activate Model Studio in the console first' },
  { match: 'AccessDenied', class: 'auth', hint: accessHint, isAboutModel: true },
  {
    match: 'FreeTierOnly',
    class: 'quota',
    hint: 'switch off "stop when the free quota is used" in the console',
  },
  { match: 'Arrearage', class: 'quota', hint: 'top up the account, then wait a few minutes' },
  { match: 'CommodityNotPurchased', class: 'quota', hint: billingHint },
  { match: 'PrepaidBillOverdue', class: 'quota', hint: billingHint },
  { match: 'PostpaidBillOverdue', class: 'quota', hint: billingHint },
  {
    match: 'AllocationQuota',
    message: /free allocat/iu,
    class: 'quota',
    hint: billingHint,
  },
  { match: 'InsufficientQuota', message: /free allocat/iu, class: 'quota', hint: billingHint },
  { match: 'Throttling', class: 'quota', hint: 'wait a minute, then run it again', retryable: true },
  { match: 'InsufficientQuota', class: 'quota', hint: 'wait a minute, then run it again', retryable: true },
  { match: 'LimitRequests', class: 'quota', hint: 'wait a minute, then run it again', retryable: true },
  {
    match: 'ModelNotFound',
    class: 'usage',
    hint: 'check the model’s name and region with `wan models`',
    isAboutModel: true,
  },
  { match: 'WorkSpaceNotFound', class: 'usage', hint: 'check the workspace id (--workspace)' },
  {
    match: 'InvalidParameter.DataInspection',
    class: 'usage',
    hint: 'the service could not fetch an input; check its link',
  },
  { match: 'InvalidURL', class: 'usage', hint: 'the service could not fetch an input; check its link' },
  {
    match: 'InputDownloadFailed',
    class: 'usage',
    hint: 'the service could not fetch an input; check its link',
  },
  {
    match: 'InvalidParameter',
    message: /url error|model not exist/iu,
    class: 'usage',
    hint: 'the model is unknown there or not opened for this key; check `wan models`',
    isAboutModel: true,
  },
  { match: 'InvalidParameter', class: 'usage', hint: inputHint },
  { match: 'BadRequest', class: 'usage', hint: inputHint },
  { match: 'InvalidImage', class: 'usage', hint: inputHint },
  { match: 'InvalidFile', class: 'usage', hint: inputHint },
  { match: 'InvalidPerson', class: 'usage', hint: 'no usable person was found in the input' },
  { match: 'UnsupportedOperation', class: 'error' },
  { match: 'Conflict', class: 'error' },
  { match: 'RequestTimeOut', class: 'network', retryable: true, ambiguous: true },
  { match: 'ResponseTimeout', class: 'network', retryable: true, ambiguous: true },
  {
    match: 'InternalError.Timeout',
    class: 'network',
    hint: 'the task ran into the service’s 3 hour limit; run it again',
  },
  { match: 'InternalError', class: 'network', retryable: true, hint: 'the service failed; try again later' },
  { match: 'SystemError', class: 'network', retryable: true, hint: 'the service failed; try again later' },
  {
    match: 'ModelServiceFailed',
    class: 'network',
    retryable: true,
    hint: 'the service failed; try again later',
  },
  {
    match: 'RewriteFailed',
    class: 'network',
    retryable: true,
    hint: 'try again, or with --no-prompt-extend',
  },
  {
    match: 'ModelServingError',
    class: 'network',
    retryable: true,
    hint: 'the service is busy; try again later',
  },
  {
    match: 'ModelUnavailable',
    class: 'network',
    retryable: true,
    hint: 'the model is down; try again later',
  },
  { match: 'NotFound', class: 'usage', hint: 'check the address (--base-url)' },
];

/** Codes without case, blanks, underscores and hyphens. */
function fold(code: string): string {
  return code.toLowerCase().replace(/[\s_-]/gu, '');
}

const byStatus: Record<number, CodeMeaning> = {
  400: { class: 'usage', hint: inputHint },
  401: { class: 'auth', hint: keyHint },
  403: { class: 'auth', hint: accessHint },
  404: { class: 'usage', hint: 'check the address (--base-url) and the model’s name' },
  429: { class: 'quota', hint: 'wait a minute, then run it again', retryable: true },
};

/** What a code of this service means; `known` tells whether the table has it. */
export function meaningOf(status: number, refusal: Refusal): CodeMeaning & { known: boolean } {
  const code = fold(refusal.code ?? '');
  const row = rows.find(
    ({ match, message }) =>
      code.includes(fold(match)) && (message === undefined || message.test(refusal.message)),
  );
  if (row !== undefined) {
    const { match: _match, message: _message, ...meaning } = row;
    return { ...meaning, known: true };
  }
  const fallback = byStatus[status] ?? {
    class: status >= 500 ? 'network' : 'error',
    retryable: status >= 500,
  };
  return { ...fallback, known: false };
}
