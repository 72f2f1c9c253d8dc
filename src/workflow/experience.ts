import { assumedModel, findModel } from '../catalog/index.ts';
import type { Job } from '../core/job.ts';
import { expectRunTime, runTimeKey, usualMinutes, type RunTime } from '../core/run-time.ts';
import type { RunTimes } from '../store/run-times.ts';

/** Of a task whose record does not tell what was asked: what the documents say of most. */
export const unknownRunTime: RunTime = expectRunTime([], [1, 5]);

/** What is known of jobs like this one, and the key under which it will be remembered itself. */
export async function recallRunTime(
  runTimes: RunTimes,
  { provider, model, request }: Job,
): Promise<{ runTime: RunTime; key?: string }> {
  if (request === null || model === null) return { runTime: unknownRunTime };
  const row = findModel(provider, model) ?? assumedModel(provider, model, request.mode);
  const key = runTimeKey(request, row);
  return { runTime: expectRunTime(await runTimes.find(key), usualMinutes(request, row)), key };
}
