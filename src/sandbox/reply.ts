import { randomUUID } from 'node:crypto';

/** Bytes of a file on disk: `start` included, `end` not. Streamed, so that a big clip costs no memory. */
export type FileSlice = { path: string; start: number; end: number };

/** What a route answers. Header names are lower case; the length is added when it is sent. */
export type Reply = {
  status: number;
  headers: Record<string, string>;
  body: Buffer | FileSlice;
  /** The task that was made or asked about, for the request log. */
  taskId?: string;
};

/** A request that a service turns down, in that service's own words; each service wraps it in its envelope. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'Refused';
    this.status = status;
    this.code = code;
  }
}

/** A JSON answer. */
export function jsonReply(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

const xmlEntities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** An object store's error document (Alibaba Cloud OSS, "Error responses"; shape as of 2026). */
export function objectStoreError(refused: Refused, extra: Record<string, string> = {}): Reply {
  const requestId = randomUUID().replaceAll('-', '').slice(0, 24).toUpperCase();
  const elements = {
    Code: refused.code,
    Message: refused.message,
    RequestId: requestId,
    HostId: 'dashscope-result.sandbox',
    ...extra,
  };
  const lines = Object.entries(elements).map(
    ([name, text]) => `  <${name}>${text.replace(/[&<>"]/gu, (sign) => xmlEntities[sign] ?? sign)}</${name}>`,
  );
  return {
    status: refused.status,
    headers: objectStoreHeaders('application/xml', requestId),
    body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n${lines.join('\n')}\n</Error>\n`),
  };
}

/** Headers of every answer of an object store. */
export function objectStoreHeaders(contentType: string, requestId: string): Record<string, string> {
  return { 'content-type': contentType, server: 'AliyunOSS', 'x-oss-request-id': requestId };
}
