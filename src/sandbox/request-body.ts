import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Base64 grows a 20 MB picture to 27 MB; more than one of them is rare. */
const maxBufferedBytes = 64 * 1024 * 1024;

/** A body longer than the sandbox keeps in memory. */
export class BodyTooLarge extends Error {}

/**
 * The body of a request, read at most once: whole and bounded with `read`, or as a `stream` for uploads. Either
 * way its bytes are counted and hashed for the request log.
 */
export class RequestBody {
  bytes = 0;
  #hash = createHash('sha256');
  #digest: string | undefined;
  #content: Buffer | undefined;
  #request: IncomingMessage;

  constructor(request: IncomingMessage) {
    this.#request = request;
  }

  /** The chunks as they come. @throws when the client goes away in the middle. */
  async *stream(): AsyncGenerator<Buffer> {
    for await (const chunk of this.#request.iterator({ destroyOnReturn: false })) {
      const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      this.bytes += buffer.length;
      this.#hash.update(buffer);
      yield buffer;
    }
  }

  /** Reads everything, so that the client can hear the answer. @throws {BodyTooLarge} after the last byte. */
  async read(): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.stream()) {
      if (this.bytes <= maxBufferedBytes) chunks.push(chunk);
      else chunks.length = 0;
    }
    if (this.bytes > maxBufferedBytes) throw new BodyTooLarge();
    this.#content = Buffer.concat(chunks);
  }

  /** Reads what is left and forgets it. */
  async drain(): Promise<void> {
    if (this.#request.readableEnded || this.#request.destroyed) return;
    for await (const chunk of this.stream()) void chunk;
  }

  /** The parsed JSON, or undefined where there is none. */
  json(): unknown {
    if (this.#content === undefined || this.#content.length === 0) return undefined;
    try {
      return JSON.parse(this.#content.toString('utf8')) as unknown;
    } catch {
      return undefined;
    }
  }

  text(): string | undefined {
    return this.#content?.toString('utf8');
  }

  sha256(): string {
    this.#digest ??= this.#hash.digest('hex');
    return this.#digest;
  }
}
