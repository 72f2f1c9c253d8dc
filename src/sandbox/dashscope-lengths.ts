import { invalid, given, type Fields } from './dashscope-fields.ts';
import { maskFailure } from './dashscope-vace.ts';
import type { ModelRow, ModelTask } from './dashscope-model-row.ts';
import type { Chosen } from './dashscope-parameters.ts';
import type { Found, InputFailure } from './input.ts';
import { totalSeconds30, totalSecondsVace } from './media-limits.ts';

// How long a video becomes, and which of its input's seconds are counted (Model Studio API references and pricing
// page, 2026-05 to 2026-10).

/** Seconds, not rounded. */
export type Lengths = {
  output: number;
  /** Seconds of input video in `usage`. */
  input: number;
  /** A length that the task will fail on. */
  failure?: InputFailure;
};

/** What a file elsewhere is taken to last: it is not looked at, and never a reason to fail. */
const unknownSeconds = 5;

/** Input of references is counted up to this, clip by clip. */
const countedSeconds = 5;

/** wan3.0: what input and output video may come to. */
const totalWithInput = 30;

/** The lengths of a request whose files have been looked at. */
export function lengthsOf(row: ModelRow, chosen: Chosen, input: Fields, found: readonly Found[]): Lengths {
  const rule = rules[row.task];
  return rule === undefined ? { output: chosen.seconds, input: 0 } : rule(chosen, input, found);
}

const rules: Partial<Record<ModelTask, (chosen: Chosen, input: Fields, found: readonly Found[]) => Lengths>> =
  {
    r2v: (chosen, _input, found) => {
      const lengths = { output: chosen.seconds, input: countedInput(found) };
      // Known only now, since addresses need not say what they lead to.
      return allSeconds(found, 'video').length <= 3
        ? lengths
        : { ...lengths, failure: invalid('reference_urls takes at most 3 videos.') };
    },
    'media-r2v': (chosen, _input, found) => ({ output: chosen.seconds, input: countedInput(found) }),
    // With a clip to go on from, the whole is billed as output.
    'media-i2v': (chosen, _input, found) => {
      const clip = knownSeconds(found, 'video')[0];
      const lengths = { output: chosen.seconds, input: 0 };
      return clip === undefined || clip < chosen.seconds
        ? lengths
        : {
            ...lengths,
            failure: invalid('duration is the total length and must exceed that of first_clip.'),
          };
    },
    edit: (chosen, _input, found) => {
      const clip = knownSeconds(found, 'video')[0];
      const length = clip ?? unknownSeconds;
      // A duration cuts the source; 0 keeps its length.
      const wanted = chosen.seconds === 0 ? 10 : chosen.seconds;
      const output = clip === undefined && chosen.seconds > 0 ? wanted : Math.min(length, wanted);
      return { output, input: length };
    },
    all: (chosen, _input, found) => {
      const failure =
        tooLong(found, 'video', 'reference videos', totalSeconds30) ??
        tooLong(found, 'audio', 'reference audios', totalSeconds30);
      const input = sum(allSeconds(found, 'video'));
      const known = sum(knownSeconds(found, 'video'));
      const lengths = { output: chosen.seconds, input };
      if (failure !== undefined) return { ...lengths, failure };
      return known + chosen.seconds <= totalWithInput + tolerance
        ? lengths
        : {
            ...lengths,
            failure: invalid(`input and output video must not exceed ${totalWithInput} s together.`),
          };
    },
    vace: (chosen, input, found) => {
      const name = given(input, 'function');
      if (name === 'image_reference') return { output: chosen.seconds, input: 0 };
      if (name === 'video_extension') {
        const ends = found.filter((one) => one.input.field.endsWith('_clip_url'));
        const failure = tooLong(ends, 'video', 'clips', totalSecondsVace);
        return { output: chosen.seconds, input: 0, ...(failure === undefined ? {} : { failure }) };
      }
      const source = found.filter((one) => one.input.field === 'input.video_url');
      const failure = maskFailure(found);
      return {
        // Longer ones are cut.
        output: Math.min(chosen.seconds, allSeconds(source, 'video')[0] ?? chosen.seconds),
        input: 0,
        ...(failure === undefined ? {} : { failure }),
      };
    },
    animate: (_chosen, _input, found) => ({
      output: knownSeconds(found, 'video')[0] ?? unknownSeconds + 0.04,
      input: 0,
    }),
    retalk: (_chosen, _input, found) => ({
      output: knownSeconds(found, 'video')[0] ?? unknownSeconds + 0.04,
      input: 0,
    }),
    s2v: (_chosen, _input, found) => ({
      output: knownSeconds(found, 'audio')[0] ?? unknownSeconds,
      input: 0,
    }),
  };

/** A sum may be a frame longer than it should. */
const tolerance = 0.1;

/** The lengths of all files of a kind, unknown ones at their usual value. */
function allSeconds(found: readonly Found[], kind: 'video' | 'audio'): number[] {
  return found.flatMap(({ input, result }) => {
    if ('failure' in result) return input.kind === kind ? [unknownSeconds] : [];
    return result.kind === kind ? [result.seconds ?? unknownSeconds] : [];
  });
}

function knownSeconds(found: readonly Found[], kind: 'video' | 'audio'): number[] {
  return found.flatMap(({ result }) =>
    'failure' in result || result.kind !== kind || result.seconds === undefined ? [] : [result.seconds],
  );
}

function countedInput(found: readonly Found[]): number {
  return sum(allSeconds(found, 'video').map((seconds) => Math.min(countedSeconds, seconds)));
}

function tooLong(
  found: readonly Found[],
  kind: 'video' | 'audio',
  name: string,
  max: number,
): InputFailure | undefined {
  const seconds = sum(knownSeconds(found, kind));
  return seconds <= max + tolerance
    ? undefined
    : { code: 'InvalidFile.Duration', message: `All ${name} must not exceed ${max} s together.` };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
