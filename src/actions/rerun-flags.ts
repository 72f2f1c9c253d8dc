import { Command } from 'commander';
import { attributeOf, extraFields } from '../cli/extra-flags.ts';
import { mediaFlags, type TypedMedia } from '../cli/media-flags.ts';
import { addGenerationOptions, addMediaOptions } from '../cli/options.ts';
import { UsageError } from '../core/errors.ts';
import { modes, modeTitles, type Mode } from '../core/mode.ts';

// `wan rerun` is typed before anybody knows the job's mode, so it takes the flags of all of them.

type Flags = Readonly<Record<string, unknown>>;

/** The flags that every mode has, by themselves: those that no schema of theirs knows belong to some modes only. */
export function plainFlags(flags: Flags): Record<string, unknown> {
  const ofSome = new Set([
    'param',
    ...modes.flatMap((mode) => [...inputAttributes(mode), ...fieldAttributes(mode)]),
  ]);
  return Object.fromEntries(Object.entries(flags).filter(([name]) => !ofSome.has(name)));
}

/**
 * What was typed for the job's mode: its rarer fields, and its inputs in the roles that they have there.
 * @param jobId for messages
 * @throws {UsageError} for a flag that the mode does not have
 */
export function flagsForMode(
  mode: Mode,
  { flags, media, prompt }: { flags: Flags; media: readonly TypedMedia[]; prompt: string | undefined },
  jobId: string,
): { extras: Record<string, string | boolean>; media: TypedMedia[] } {
  const known = attributesOf(mode);
  const anywhere = new Set(modes.flatMap((other) => [...attributesOf(other)]));
  const alien = Object.keys(flags).find(
    (name) => flags[name] !== undefined && anywhere.has(name) && !known.has(name),
  );
  const takesPrompt = known.has('prompt');
  if (alien !== undefined || (prompt !== undefined && !takesPrompt)) {
    const what =
      alien === undefined
        ? 'a prompt'
        : `--${alien.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new UsageError(
      `job ${jobId} is one of ${mode} (${modeTitles[mode]}), which does not take ${what}`,
      {
        hint: `wan ${mode} --help`,
      },
    );
  }
  const extras = Object.fromEntries(
    extraFields(mode).flatMap(({ attribute, field }) => {
      const typed = flags[attribute];
      return typeof typed === 'string' || typeof typed === 'boolean' ? [[field, typed] as const] : [];
    }),
  );
  const inputs = media.flatMap((typed) => {
    const own = mediaFlags[mode].find(({ flag }) => flag === typed.flag);
    return own === undefined ? [] : [{ ...typed, role: own.role }];
  });
  return { extras, media: inputs };
}

function inputAttributes(mode: Mode): string[] {
  return mediaFlags[mode].map(({ flag }) => attributeOf(flag));
}

function fieldAttributes(mode: Mode): string[] {
  return extraFields(mode).map(({ attribute }) => attribute);
}

/** The flags of the video and its inputs, as commander names them, that a mode's own command declares. */
function attributesOf(mode: Mode): Set<string> {
  const command = addGenerationOptions(addMediaOptions(new Command(), mode, []), mode, []);
  return new Set(command.options.map((made) => made.attributeName()));
}
