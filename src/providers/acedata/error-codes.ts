import type { CodeMeaning, Refusal } from '../../core/refusal.ts';

// AceData Cloud, "Responses" and openapi/wan.json (read 2026-10). Matched on the code: the same code comes with
// different statuses, and three different causes share status 403.

const keyHint = 'check the token: `wan auth login --provider acedata`';

const rows: Record<string, CodeMeaning> = {
  bad_request: { class: 'usage', hint: 'compare the input with `wan models`' },
  no_token: { class: 'auth', hint: keyHint },
  token_mismatched: { class: 'auth', hint: 'the token belongs to another service; use one that serves /wan' },
  invalid_token: { class: 'auth', hint: keyHint },
  token_expired: { class: 'auth', hint: keyHint },
  disabled: { class: 'auth', hint: 'the token or its application is disabled; see the AceData console' },
  used_up: { class: 'quota', hint: 'the credits are used up; top up in the AceData console' },
  forbidden: { class: 'content_filter', hint: 'change the prompt or the input' },
  api_not_implemented: { class: 'usage', hint: 'check the address (--base-url)' },
  no_api: { class: 'usage', hint: 'check the address (--base-url)' },
  too_many_requests: { class: 'quota', hint: 'wait a minute, then run it again', retryable: true },
  rate_limited: { class: 'quota', hint: 'wait a minute, then run it again', retryable: true },
  api_error: {
    class: 'generation_failed',
    hint: 'run it again, or change the prompt',
    retryable: true,
    ambiguous: true,
  },
  timeout: { class: 'network', retryable: true, ambiguous: true },
};

const byStatus: Record<number, CodeMeaning> = {
  400: { class: 'usage', hint: 'compare the input with `wan models`' },
  401: { class: 'auth', hint: keyHint },
  402: { class: 'quota', hint: 'this host wants payment for each call; use the default base' },
  403: { class: 'auth', hint: keyHint },
  404: { class: 'usage', hint: 'check the address (--base-url)' },
  429: { class: 'quota', hint: 'wait a minute, then run it again', retryable: true },
};

/** What a code of this service means; `known` tells whether the table has it. */
export function meaningOf(status: number, refusal: Refusal): CodeMeaning & { known: boolean } {
  const code = refusal.code?.toLowerCase() ?? '';
  const row = Object.hasOwn(rows, code) ? rows[code] : undefined;
  if (row !== undefined) return { ...row, known: true };
  const fallback = byStatus[status] ?? {
    class: status >= 500 ? 'network' : 'error',
    retryable: status >= 500,
  };
  return { ...fallback, known: false };
}
