import { parseSize } from './geometry.ts';
import type { GenerationRequest } from './request.ts';
import type { TaskReport } from './task.ts';
import { asNumber, at } from './untrusted.ts';

/** Whether a task is what a request asked for. `unknown`: the service does not say enough. */
export type Match = 'ours' | 'other' | 'unknown';

/** The service cuts long prompts: from here on a beginning is as good as the whole. */
const cutLength = 500;
/** Containers round to frames. */
const slackSeconds = 0.6;

/**
 * Holds what a service tells of a task against a request: its prompt, its seconds and its resolution. Only a prompt
 * can say "ours": seconds and resolution are those of many jobs.
 */
export function matchTask(
  request: GenerationRequest,
  report: Pick<TaskReport, 'prompt' | 'usage' | 'width' | 'height'>,
): Match {
  const prompt = matchPrompt(request.prompt, report.prompt);
  if (prompt === 'other' || !fitsSeconds(request, report) || !fitsTier(request, report)) return 'other';
  return prompt;
}

/** A prompt that either side leaves out says nothing. */
export function matchPrompt(asked: string | undefined, told: string | undefined): Match {
  const [ours, theirs] = [fold(asked ?? ''), fold(told ?? '')];
  if (ours === '' || theirs === '') return 'unknown';
  if (ours === theirs) return 'ours';
  return theirs.length >= cutLength && ours.startsWith(theirs) ? 'ours' : 'other';
}

/** Whether two requests have the same words, as far as a service can tell them apart. */
export function isSamePrompt(one: string | undefined, other: string | undefined): boolean {
  const [a, b] = [fold(one ?? ''), fold(other ?? '')];
  if (a === b) return true;
  // What is cut off may be all that differs.
  return Math.min(a.length, b.length) >= cutLength && a.slice(0, cutLength) === b.slice(0, cutLength);
}

function fold(text: string): string {
  return text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim();
}

/** Whether the seconds that were made, where they are told, may be those asked for. */
export function fitsSeconds(request: GenerationRequest, { usage }: Pick<TaskReport, 'usage'>): boolean {
  const { duration } = request;
  const made = usage?.outputSeconds;
  // With a clip among the inputs services count in ways of their own.
  const hasClip = request.media.some(({ role }) => /video|clip/u.test(role));
  if (duration === undefined || duration <= 0 || made === undefined || made === null || hasClip) return true;
  return Math.abs(made - duration) <= slackSeconds;
}

function fitsTier(
  request: GenerationRequest,
  { usage, width, height }: Pick<TaskReport, 'usage' | 'width' | 'height'>,
): boolean {
  const asked = request.size === undefined ? undefined : parseSize(request.size);
  if (asked !== undefined && width !== undefined && height !== undefined) {
    return asked.width === width && asked.height === height;
  }
  const told = asNumber(at(usage?.raw, 'SR'));
  const tier = asNumber(request.resolution?.replace('P', ''));
  return told === undefined || tier === undefined || told === tier;
}
