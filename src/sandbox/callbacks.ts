import { callLoopback, isLoopbackUrl } from './loopback.ts';
import type { RequestLogEntry } from './request-log.ts';
import { waitUntil } from './wait.ts';

/** A result to be POSTed when its task ends. */
export type Callback = { url: string; taskId: string; dueAt: number; body: () => unknown };

/** POSTs results to `callback_url`s on this machine. What is not sent when the sandbox stops is never sent. */
export class CallbackSender {
  readonly #now: () => number;
  readonly #closing: AbortSignal;
  readonly #onRequest: (entry: RequestLogEntry) => void;
  readonly #pending = new Set<Promise<void>>();

  constructor(parts: {
    now: () => number;
    closing: AbortSignal;
    onRequest: (entry: RequestLogEntry) => void;
  }) {
    this.#now = parts.now;
    this.#closing = parts.closing;
    this.#onRequest = parts.onRequest;
  }

  /** Never throws: what came of it is in the log. */
  schedule(callback: Callback): void {
    const done = this.#send(callback).finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #send({ url, taskId, dueAt, body }: Callback): Promise<void> {
    if (!isLoopbackUrl(url)) {
      return this.#log(url, taskId, null, null, 'callback not called: the sandbox calls this machine only');
    }
    await waitUntil(dueAt, this.#now, this.#closing);
    if (this.#closing.aborted) return;
    const content = body();
    try {
      const { status } = await callLoopback(url, { method: 'POST', body: JSON.stringify(content) });
      this.#log(url, taskId, content, status, 'callback');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log(url, taskId, content, null, `callback failed: ${reason}`);
    }
  }

  #log(url: string, taskId: string, body: unknown, status: number | null, note: string): void {
    const at = new Date(this.#now()).toISOString();
    this.#onRequest({
      at,
      method: 'POST',
      url,
      headers: {},
      body,
      status,
      task_id: taskId,
      fault: null,
      note,
    });
  }
}
