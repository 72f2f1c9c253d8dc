import type { SendOutcome } from '../../src/core/http.ts';

/** A reply as the network gives it: only what parses is JSON. */
export function reply(status: number, body: unknown, headers: Record<string, string> = {}): SendOutcome {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'reply', reply: { status, headers, text, json: parse(text) } };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
