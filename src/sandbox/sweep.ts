import { expiresAt } from './task-timeline.ts';
import type { TaskStore } from './task-store.ts';
import type { UploadStore } from './upload-store.ts';

/** Forgets tasks and uploads that nobody can reach any more, so that the directory does not grow for ever. */
export async function removeExpired(tasks: TaskStore, uploads: UploadStore, now: number): Promise<void> {
  for (const row of await tasks.rows()) {
    if (now >= expiresAt(row)) await tasks.remove(row);
  }
  await uploads.removeExpired(now);
}
