import type { MediaFacts } from './media-facts.ts';
import type { MediaProfile } from './media-profile.ts';

/** Why a file cannot be used, and the nearest thing that could. */
export type FileProblem = { message: string; hint: string };
export type FileCheck = { problem?: FileProblem; warnings: string[] };

const MB = 1024 * 1024;
/** Containers round lengths to a packet or a frame: a file cut to 10 s may be 10.03 s long. */
const slackSeconds = 0.05;

/** Whatever plays tells its size and length in these; what tells none would be paid for, and refused or wrong. */
const readFormats: ReadonlySet<string> = new Set(['mp4', 'mov', 'wav', 'mp3']);

const kindNames = {
  image: 'an image',
  video: 'a video',
  audio: 'a sound file',
  document: 'a document',
} satisfies Record<MediaProfile['kind'], string>;

type Check = (facts: MediaFacts, profile: MediaProfile, name: string) => FileProblem | undefined;

/**
 * Holds what a file is against what a model takes. What could not be read off the file is not held against it,
 * unless its format always tells it.
 * @param shownName what the user called the file
 */
export function checkFile(facts: MediaFacts, profile: MediaProfile, shownName: string): FileCheck {
  for (const check of [checkKind, checkAlpha, checkSides, checkAspect, checkBytes, checkLength, checkRate]) {
    const problem = check(facts, profile, shownName);
    if (problem !== undefined) return { problem, warnings: [] };
  }
  const { cutsAfter } = profile;
  const notes = (facts.notes ?? []).map((note) => `${shownName} ${note}`);
  const isCut = cutsAfter !== undefined && (facts.seconds ?? 0) > cutsAfter + slackSeconds;
  const cut = `${shownName} is ${shown(facts.seconds ?? 0)} s long: only its first ${cutsAfter} s are used`;
  return { warnings: isCut ? [...notes, cut] : notes };
}

const checkKind: Check = (facts, profile, name) => {
  const formats = profile.formats.join(', ');
  if (facts.kind !== profile.kind) {
    return {
      message: `${name} is ${describe(facts)}, not ${kindNames[profile.kind]}`,
      hint: `give ${kindNames[profile.kind]}: ${formats}`,
    };
  }
  if (profile.formats.includes(facts.format)) return undefined;
  return {
    message: `${name} is ${describe(facts)}: wan wants ${formats}`,
    hint: `convert it to ${profile.formats[0] ?? kindNames[profile.kind]}`,
  };
};

function describe({ kind, format }: MediaFacts): string {
  if (format === 'text') return 'a text file';
  if (kind === 'unknown') return 'of a kind that wan does not know';
  const names = { image: 'image', video: 'video', audio: 'sound file', document: 'document' };
  const article = /^(?:[aeio]|mp|mkv|xls)/u.test(format) ? 'an' : 'a';
  return `${article} ${format.toUpperCase()} ${names[kind]}`;
}

const checkAlpha: Check = (facts, profile, name) => {
  if (profile.allowsAlpha !== false || facts.hasAlpha !== true) return undefined;
  return {
    message: `${name} has an alpha channel: wan wants images without transparency`,
    hint: 'flatten it: magick in.png -background white -alpha remove -alpha off out.png',
  };
};

const checkSides: Check = ({ width, height, format }, { sides, maxAspect }, name) => {
  if (width === undefined || height === undefined) {
    const isLimited = sides !== undefined || maxAspect !== undefined;
    return isLimited && readFormats.has(format) ? unreadable(name, 'size', format) : undefined;
  }
  if (sides === undefined) return undefined;
  const { min, max } = sides;
  const message = `${name} is ${width}x${height} px: wan wants ${min}–${max} px a side`;
  const isSmall = Math.min(width, height) < min;
  const isLarge = Math.max(width, height) > max;
  if (isSmall && isLarge) return { message, hint: `crop it to at least ${min} and at most ${max} px a side` };
  if (isSmall) return { message, hint: `scale it to at least ${min} px a side` };
  if (isLarge) return { message, hint: `scale it to at most ${max} px a side` };
  return undefined;
};

const checkAspect: Check = ({ width, height }, { maxAspect }, name) => {
  if (width === undefined || height === undefined || maxAspect === undefined) return undefined;
  const longer = Math.max(width, height);
  const shorter = Math.min(width, height);
  if (longer <= maxAspect * shorter) return undefined;
  return {
    message: `${name} is ${width}x${height} px: wan wants 1:${maxAspect} to ${maxAspect}:1`,
    hint: `crop its longer side to at most ${maxAspect * shorter} px`,
  };
};

const checkBytes: Check = ({ bytes, kind }, { maxBytes, isBelowMax }, name) => {
  if (maxBytes === undefined || !isOver(bytes, maxBytes, isBelowMax)) return undefined;
  // A byte too many must not read as the limit itself.
  const has =
    (bytes / MB).toFixed(1) === (maxBytes / MB).toFixed(1)
      ? `${bytes} bytes`
      : `${(bytes / MB).toFixed(1)} MB`;
  const limit = `${isBelowMax === true ? 'less than' : 'at most'} ${maxBytes / MB} MB`;
  const exact = has.endsWith('bytes') ? ` (${maxBytes} bytes)` : '';
  const way =
    kind === 'image'
      ? 'save it as a smaller JPEG'
      : kind === 'document'
        ? 'shorten it'
        : 'compress or shorten it';
  return { message: `${name} has ${has}: ${limit}${exact}`, hint: `${way}, ${limit}` };
};

const checkLength: Check = ({ seconds, format }, { kind, seconds: limits, isBelowMax }, name) => {
  if (limits === undefined) return undefined;
  if (seconds === undefined) return readFormats.has(format) ? unreadable(name, 'length', format) : undefined;
  const { min, max } = limits;
  const message = `${name} is ${shown(seconds)} s long`;
  if (min !== undefined && seconds < min - slackSeconds) {
    return {
      message: `${message}, and must be at least ${min} s`,
      hint: `give ${kindNames[kind]} of ${min}–${max} s`,
    };
  }
  const limit = isBelowMax === true ? max : max + slackSeconds;
  if (!isOver(seconds, limit, isBelowMax)) return undefined;
  if (isBelowMax === true) {
    return {
      message: `${message}, and must be less than ${max} s`,
      hint: `cut it: ffmpeg -i in -t ${max - 0.5} out`,
    };
  }
  return {
    message: `${message}, and may be at most ${max} s`,
    hint: `cut it to ${max} s: ffmpeg -i in -t ${max} out`,
  };
};

function unreadable(name: string, what: string, format: string): FileProblem {
  return { message: `${name}: its ${what} cannot be read`, hint: `save it anew: ffmpeg -i in out.${format}` };
}

const checkRate: Check = ({ framesPerSecond }, { minFramesPerSecond }, name) => {
  if (framesPerSecond === undefined || minFramesPerSecond === undefined) return undefined;
  // 15.98 is what a film of 16 frames may come to.
  if (framesPerSecond >= minFramesPerSecond - 0.05) return undefined;
  return {
    message: `${name} has ${shown(framesPerSecond)} frames a second: at least ${minFramesPerSecond}`,
    hint: `ffmpeg -i in -r ${minFramesPerSecond} out`,
  };
};

/**
 * Holds the lengths of several files together against a limit. Files of unknown length are left out.
 * @param what what they are, in the plural: `reference videos`
 */
export function checkTogether(
  seconds: readonly (number | undefined)[],
  maxSeconds: number,
  what: string,
): FileProblem | undefined {
  const sum = seconds.reduce<number>((total, length) => total + (length ?? 0), 0);
  if (sum <= maxSeconds + slackSeconds * seconds.length) return undefined;
  return {
    message: `the ${what} are ${shown(sum)} s long together, and may be at most ${maxSeconds} s`,
    hint: `shorten them by ${shown(Math.ceil((sum - maxSeconds) * 10) / 10)} s`,
  };
}

/** What becomes of a sound track that is not as long as the clip it goes with. */
export function soundWarning(soundSeconds: number, clipSeconds: number): string | undefined {
  const over = soundSeconds - clipSeconds;
  if (Math.abs(over) <= slackSeconds) return undefined;
  const both = `the sound is ${shown(soundSeconds)} s long, the clip ${shown(clipSeconds)} s`;
  return over > 0
    ? `${both}: its last ${shown(over)} s are cut off`
    : `${both}: the last ${shown(-over)} s are silent`;
}

function isOver(value: number, max: number, isBelowMax = false): boolean {
  return isBelowMax ? value >= max : value > max;
}

/** Two decimals at most: enough for a frame. */
function shown(value: number): string {
  return String(Math.round(value * 100) / 100);
}
