import type { CodeMeaning, Refusal } from '../../core/refusal.ts';

// SinanCode documents no error codes: what the status says is all there is.

const keyHint = 'check the token: `wan auth login --provider sinancode`';

const byStatus: Record<number, CodeMeaning> = {
  400: { class: 'usage', hint: 'compare the input with `wan models`' },
  401: { class: 'auth', hint: keyHint },
  402: { class: 'quota', hint: 'top up in the SinanCode dashboard' },
  403: { class: 'auth', hint: keyHint },
  404: { class: 'usage', hint: 'check the address (--base-url) and the path (`wan config set path.i2v …`)' },
  413: { class: 'usage', hint: 'use a smaller file' },
  422: { class: 'usage', hint: 'compare the input with `wan models`' },
  429: { class: 'quota', hint: 'wait a minute, then run it again', retryable: true },
};

/** What a refusal means. No code is known, so it never counts as one of the service's own table. */
export function meaningOf(status: number, _refusal: Refusal): CodeMeaning & { known: boolean } {
  const isServerFault = status >= 500;
  const meaning = byStatus[status] ?? {
    class: isServerFault ? 'network' : status < 400 ? 'generation_failed' : 'error',
    retryable: isServerFault,
  };
  return { ...meaning, known: false };
}
