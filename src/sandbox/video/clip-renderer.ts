import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

import type { ClipSpec } from './clip-spec.ts';

/** Renders clips one after the other, off the main thread. */
export type ClipRenderer = {
  render(spec: ClipSpec): Promise<Uint8Array>;
  /** Stops at once: what is being rendered and what waits is rejected. */
  close(): Promise<void>;
};

/**
 * The worker thread starts with the first clip, serves the clips that come while it is busy, and ends with the last
 * of them: an idle program keeps neither the thread nor the encoders' memory.
 */
export function createClipRenderer(workerUrl: URL): ClipRenderer {
  const closing = new AbortController();
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function stop(): Promise<void> {
    const stopped = worker;
    worker = undefined;
    await stopped?.terminate();
  }

  async function renderNext(spec: ClipSpec): Promise<Uint8Array> {
    try {
      closing.signal.throwIfAborted();
      // Only a built program has the worker's file; run from its sources, as in tests, it renders in place.
      if (!existsSync(workerUrl)) return await (await import('./clip.ts')).renderClip(spec);
      worker ??= new Worker(workerUrl);
      return await answer(worker, spec, closing.signal);
    } catch (error) {
      await stop();
      throw error;
    } finally {
      waiting -= 1;
      if (waiting === 0) await stop();
    }
  }

  return {
    render(spec) {
      waiting += 1;
      const rendered = last.then(() => renderNext(spec));
      last = rendered.catch(() => {});
      return rendered;
    },
    async close() {
      closing.abort(new Error('the clip maker was closed'));
      await stop();
      await last;
    },
  };
}

/** Sends one spec and waits for the bytes, the worker's failure, or the abort. */
function answer(worker: Worker, spec: ClipSpec, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => settle(() => reject(signal.reason));
    const onMessage = (bytes: Uint8Array): void => settle(() => resolve(bytes));
    const onError = (error: unknown): void => settle(() => reject(error));
    const onExit = (code: number): void =>
      settle(() => reject(new Error(`the clip worker ended with ${code}`)));
    const settle = (finish: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      finish();
    };
    signal.addEventListener('abort', onAbort);
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(spec, []);
  });
}
