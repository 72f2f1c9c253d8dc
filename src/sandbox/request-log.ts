import type { IncomingMessage } from 'node:http';
import type { RequestBody } from './request-body.ts';

/** One request as `--log` writes it: a line of JSON. */
export type RequestLogEntry = {
  /** ISO 8601, when it arrived. */
  at: string;
  method: string;
  /** As it came: path and query. */
  url: string;
  headers: Record<string, string | string[]>;
  /** Parsed JSON; of anything else its length and hash; null where there was none. */
  body: unknown;
  /** Null when the connection was cut before an answer. */
  status: number | null;
  task_id: string | null;
  /** The rule of the fault plan that applied, by its number from 1. */
  fault: number | null;
  /** Set on calls of the sandbox's own (callbacks), which share the log. */
  note?: string;
};

/** What is known of a request when it is over. */
export type Outcome = { status: number | null; taskId: string | null; fault: number | null };

const secretHeaders = new Set(['authorization', 'proxy-authorization', 'x-api-key', 'api-key', 'cookie']);

/** The entry of a request. Keys are replaced wherever they stand; signatures of links stay. */
export function logEntry(
  request: IncomingMessage,
  body: RequestBody,
  now: number,
  outcome: Outcome,
): RequestLogEntry {
  const redact = redactor(request.headers.authorization);
  return {
    at: new Date(now).toISOString(),
    method: request.method ?? '',
    url: redact(request.url ?? ''),
    headers: Object.fromEntries(
      Object.entries(request.headers).flatMap(([name, value]) =>
        value === undefined
          ? []
          : [[name, secretHeaders.has(name) ? stars(String(value)) : mapText(value, redact)]],
      ),
    ),
    body: loggedBody(body, redact),
    status: outcome.status,
    task_id: outcome.taskId,
    fault: outcome.fault,
  };
}

function stars(value: string): string {
  return /^bearer\s/iu.test(value) ? 'Bearer ***' : '***';
}

function mapText(value: string | string[], change: (text: string) => string): string | string[] {
  return Array.isArray(value) ? value.map(change) : change(value);
}

/** Removes the request's own key from a text. Short ones are left: they would hit ordinary words. */
function redactor(authorization: string | undefined): (text: string) => string {
  const key = authorization?.replace(/^bearer\s+/iu, '').trim() ?? '';
  if (key.length < 12) return (text) => text;
  return (text) => text.replaceAll(key, '***').replaceAll(encodeURIComponent(key), '***');
}

function loggedBody(body: RequestBody, redact: (text: string) => string): unknown {
  if (body.bytes === 0) return null;
  const text = body.text();
  if (text !== undefined) {
    try {
      return JSON.parse(redact(text)) as unknown;
    } catch {
      // Not JSON: named by its hash below.
    }
  }
  return { bytes: body.bytes, sha256: body.sha256() };
}
