/** Why a model cannot grant a wish. */
export type Problem = {
  message: string;
  /** The nearest thing that is legal. */
  hint: string;
  /** The model lacks the feature itself, so another one may have it. */
  isMissingFeature?: true;
};

/** Tells a problem from what it stands in for. */
export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'message' in value && 'hint' in value;
}

/** That a model has no such feature. */
export function missingFlag(flag: string, modelId: string, hint: string): Problem {
  return { message: `${modelId} does not take ${flag}`, hint, isMissingFeature: true };
}
