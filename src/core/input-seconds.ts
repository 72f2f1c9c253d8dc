import type { MediaRole } from './media-rule.ts';
import { inputsOf, type GenerationRequest } from './request.ts';

/** The inputs whose seconds count beside those of the result. */
export const clipRoles = ['reference_video', 'video', 'first_clip'] as const satisfies readonly MediaRole[];

/** Seconds as people read them, to a tenth. */
export function shownSeconds(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

/** The seconds of the inputs of some roles: of those whose length is known, and how many have none. */
export function inputSeconds(
  request: Pick<GenerationRequest, 'media'>,
  roles: readonly MediaRole[],
): { known: number; unknownCount: number; count: number } {
  const inputs = roles.flatMap((role) => inputsOf(request, role));
  const lengths = inputs.flatMap(({ facts }) => (facts?.seconds === undefined ? [] : [facts.seconds]));
  return {
    known: lengths.reduce((sum, seconds) => sum + seconds, 0),
    unknownCount: inputs.length - lengths.length,
    count: inputs.length,
  };
}
