import type { Input, InputFailure } from './input.ts';

/** The files of a request. */
export type NamedInputs = {
  inputs: Input[];
  /** The picture or clip whose shape the video takes. */
  frame?: Input;
  /** A combination that the task will fail on. */
  failure?: InputFailure;
};
