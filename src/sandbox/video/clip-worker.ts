import { parentPort } from 'node:worker_threads';

import type { ClipSpec } from './clip-spec.ts';
import { renderClip } from './clip.ts';

// The entry of the worker thread: a spec comes in, the file's bytes go out.
parentPort?.on('message', (spec: ClipSpec) => {
  // A failure is left unhandled on purpose: it ends the worker and reaches the other side as its 'error' event.
  void answer(spec);
});

async function answer(spec: ClipSpec): Promise<void> {
  const bytes = await renderClip(spec);
  parentPort?.postMessage(bytes, [bytes.buffer]);
}
