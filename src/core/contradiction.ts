import { fitsSeconds, matchPrompt } from './match-task.ts';
import type { GenerationRequest } from './request.ts';
import type { TaskReport } from './task.ts';

/** In which of prompt, model and seconds a task is another than the one that was asked for; undefined for none that it tells. */
export function contradiction(
  request: GenerationRequest,
  report: Pick<TaskReport, 'prompt' | 'model' | 'usage'>,
): 'prompt' | 'model' | 'length' | undefined {
  if (matchPrompt(request.prompt, report.prompt) === 'other') return 'prompt';
  if (report.model !== undefined && !isSameModel(request.model, report.model)) return 'model';
  return fitsSeconds(request, report) ? undefined : 'length';
}

/** Services spell a model with or without the date of its snapshot. */
function isSameModel(asked: string, told: string): boolean {
  const [ours, theirs] = [asked.toLowerCase(), told.trim().toLowerCase()];
  return theirs === '' || ours.startsWith(theirs) || theirs.startsWith(ours);
}
