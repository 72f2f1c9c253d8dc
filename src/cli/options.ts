import { Option, type Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import type { Mode } from '../core/mode.ts';
import { extraFlags } from './extra-flags.ts';
import { mediaFlags, type MediaFlag, type TypedMedia } from './media-flags.ts';

// Flags that several commands share, each stated once: its help is the manual.

/** A value that looks like a flag is a flag whose value was forgotten: `--model --help`. */
function value(name: string): (text: string) => string {
  return (text) => {
    if (text === '' || /^--[a-z]/u.test(text)) throw new MissingValueError(name, text);
    return text;
  };
}

/** Thrown while flags are read; the boundary turns it into a usage error. */
export class MissingValueError extends Error {
  constructor(name: string, next: string) {
    super(`${name} needs a value${next === '' ? '' : `, and ${next} follows`}`);
  }
}

/** A flag whose value must not look like another flag. */
export function option(flags: string, text: string): Option {
  const name = /--[a-z-]+/u.exec(flags)?.[0] ?? flags;
  const made = new Option(flags, text);
  return flags.includes('<') ? made.argParser(value(name)) : made;
}

export function addTalkOptions(command: Command): Command {
  const talking = command
    .optionsGroup('Talk:')
    .addOption(option('--json', 'print one JSON document on stdout, also on failure'))
    .addOption(
      option('--jsonl', 'print events as JSON lines; the last one holds the document').conflicts('json'),
    )
    .addOption(
      option('--print <field>', 'print one field of the document, such as outputs.0.path').conflicts([
        'json',
        'jsonl',
      ]),
    )
    .addOption(option('-q, --quiet', 'no progress and no notes on stderr'))
    .addOption(option('-v, --verbose', 'show each HTTP call on stderr, without keys'))
    .addOption(option('--no-color', 'no colours (also: NO_COLOR)'))
    .addOption(option('--no-input', 'never ask; fail instead'));
  // Where jobs and settings are may stand in one, for every command.
  const hasEnvFile = command.options.some(({ long }) => long === '--env-file');
  return hasEnvFile ? talking : talking.addOption(envFileOption());
}

function envFileOption(): Option {
  return option('--env-file <file>', 'read variables from a file; what is set already stays');
}

export function addConnectionOptions(command: Command): Command {
  return command
    .optionsGroup('Connection:')
    .addOption(
      option('--provider <name>', 'dashscope, acedata or sinancode (default: the only one with a key)'),
    )
    .addOption(option('--profile <name>', 'a stored set of provider, key and region'))
    .addOption(
      option(
        '--region <name>',
        'beijing, singapore, virginia, frankfurt, hongkong, tokyo (default: the key’s own)',
      ),
    )
    .addOption(option('--base-url <url>', 'another address of the service; https, or http on this machine'))
    .addOption(option('--workspace <id>', 'Model Studio workspace, for its own host'))
    .addOption(option('--sandbox', 'use the service inside this program: no key, no cost'))
    .addOption(envFileOption());
}

export function addSavingOptions(command: Command): Command {
  return command
    .optionsGroup('Saving:')
    .addOption(
      new Option(
        '-o, --output <path>',
        'file, template such as {date}-{slug}-{job}.{ext} (the default), or - for stdout',
      ),
    )
    .addOption(option('--out-dir <dir>', 'directory for it (default: the working directory)'))
    .addOption(option('-f, --force', 'replace a file of that name'))
    .addOption(
      option('--connections <count>', 'streams for one download, 1–16, used from 64 MB on (default: 4)'),
    );
}

export function addWaitingOptions(command: Command): Command {
  return command
    .optionsGroup('Waiting:')
    .addOption(
      option(
        '--timeout <time>',
        'stop waiting after 90 or 90s, 30m, 2h; 0 never (default: 30m); the job goes on',
      ),
    )
    .addOption(option('--poll-interval <time>', 'time between looks, or auto (default)'));
}

/** Flags of the video itself that a mode has no use for, as none of its models does. */
const uselessFlags: Partial<Record<Mode, string>> = {
  kf2v: '--shot-type',
  vace: '--shot-type --negative-prompt --callback-url',
  edit: '--shot-type',
  extend: '--shot-type',
  animate:
    '--size --ratio --resolution --duration --seed --negative-prompt --shot-type ' +
    '--prompt-extend --no-prompt-extend --callback-url',
  s2v:
    '--size --ratio --duration --seed --negative-prompt --shot-type ' +
    '--prompt-extend --no-prompt-extend --watermark --no-watermark --callback-url',
};

/** Only some models listen to these there, or they say what is so anyway. Of a pair both: one alone has a default. */
const hiddenFlags: Partial<Record<Mode, string>> = {
  i2v: '--size --ratio',
  kf2v: '--size',
  vace: '--duration --audio --no-audio',
  edit: '--size',
  extend: '--size',
  animate: '--audio --no-audio',
  s2v: '--audio --no-audio',
};

/** What a mode's models make, and what they make unless told. */
const durationHelp: Record<Mode, string> = {
  t2v: 'seconds of video: 2–15 (wan2.6, 2.7), 2–30 or -1 (3.0), 5 or 10 (2.5), 5 (older) (default: 5)',
  i2v: 'seconds of video: 2–15 (wan2.6, 2.7), 2–30 or -1 (3.0), 5 or 10 (2.5), 3–5 (older) (default: 5)',
  kf2v: 'seconds of video: 5 (wan2.1, 2.2), 2–15 (2.7), 2–30 or -1 (3.0) (default: 5)',
  r2v: 'seconds of video: 2–10 (wan2.6; 2.7 with a clip), 2–15 (2.7), 2–30 or -1 (3.0) (default: 5)',
  vace: 'seconds of video: 5',
  edit: 'seconds of video: 2–10 (wan2.7), 2–30 or -1 (3.0) (default: all of the clip, on 3.0: 5)',
  extend: 'seconds: of clip and new part together (wan2.7, 2–15), of the new part (3.0, 2–30) (default: 5)',
  animate: '',
  s2v: '',
};

const tierHelp: Partial<Record<Mode, string>> = {
  vace: '720P',
  s2v: '480P (default) or 720P; wan2.2-s2v',
};

const ratioHelp: Partial<Record<Mode, string>> = {
  vace: '16:9, 9:16, 1:1, 4:3, 3:4 (default: 16:9), where the function makes a picture of its own',
};

const videoOptions = (mode: Mode): Option[] => [
  option('--size <WxH>', 'pixels, such as 1280x720'),
  option(
    '--ratio <ratio>',
    ratioHelp[mode] ?? '16:9, 9:16, 1:1, 4:3, 3:4; wan3.0: adaptive (default: 16:9, or the input’s)',
  ),
  option('--resolution <tier>', tierHelp[mode] ?? '480P, 720P or 1080P (default: the model’s, mostly 1080P)'),
  new Option('-d, --duration <seconds>', durationHelp[mode]).argParser(value('--duration')),
  new Option(
    '--seed <number>',
    '0–2147483647, or random (default): drawn here, shown and recorded',
  ).argParser(value('--seed')),
  new Option('--negative-prompt <text>', 'what not to show; at most 500 characters'),
  option('--audio', 'with sound, where the model lets you choose (default)'),
  option('--no-audio', 'silent, where the model lets you choose'),
  option('--shot-type <type>', 'single (default) or multi; wan2.6'),
  option('--prompt-extend', 'let the service rewrite the prompt (default)'),
  option('--no-prompt-extend', 'take the prompt as it is'),
  option('--watermark', 'with a mark in the corner'),
  option('--no-watermark', 'without it (default)'),
  option('--callback-url <url>', 'AceData calls this address when the task is done'),
];

/** Of a prompt such as "-not now" commander makes `-n "ot now"`. */
function readCount(text: string): string {
  if (/^\s*[+-]?\d{1,15}\s*$/u.test(text)) return text;
  throw new UsageError(`--count ${text} is not a whole number`, {
    hint: '--count 4; a prompt that starts with - goes after --prompt',
  });
}

/** What a person may say of a video, apart from its inputs; `params` collects the `--param` pairs. */
export function addGenerationOptions(command: Command, mode: Mode, params: string[]): Command {
  command.optionsGroup('Video:');
  if (mode !== 'animate' && mode !== 's2v') {
    command
      .addOption(new Option('--prompt <text>', 'the prompt literally, also when it starts with @ or -'))
      .addOption(option('--prompt-file <file>', 'read the prompt from a file'));
  }
  command.addOption(
    option('-m, --model <id>', 'the model (`wan models`; default: the mode’s first that is offered)'),
  );
  for (const made of videoOptions(mode)) {
    const names = (list: string | undefined) => list?.split(' ') ?? [];
    if (names(uselessFlags[mode]).includes(made.long ?? '')) continue;
    command.addOption(names(hiddenFlags[mode]).includes(made.long ?? '') ? made.hideHelp() : made);
  }
  for (const [flags, text] of extraFlags[mode]) command.addOption(option(flags, text));
  return command
    .addOption(
      new Option(
        '--param <path=value>',
        'any field of the request, such as parameters.style=3d; wins over a flag; repeatable',
      ).argParser((typed: string) => {
        params.push(value('--param')(typed));
        return typed;
      }),
    )
    .addOption(
      new Option(
        '-n, --count <count>',
        'how many videos, 1–100, each a job of its own (default: 1)',
      ).argParser(readCount),
    )
    .optionsGroup('Waiting:')
    .addOption(
      option('--job-key <key>', 'your name for this job: run again with it, the same job is gone on with'),
    )
    .option('--retry-failed', 'with --job-key: where that job has failed, make a new one')
    .addOption(option('--no-wait', 'print the task id and leave once the job is accepted'))
    .addOption(option('--dry-run', 'check everything and print the request; upload nothing, send nothing'));
}

/** The inputs of a mode, collected in the order in which they were typed. */
export function addMediaOptions(command: Command, mode: Mode, list: TypedMedia[]): Command {
  return addInputOptions(command.optionsGroup('Inputs:'), mediaFlags[mode], list);
}

/** Flags that name files, in whichever mode. */
export function addInputOptions(
  command: Command,
  flagsOfInputs: readonly MediaFlag[],
  list: TypedMedia[],
): Command {
  for (const { flag, short, role, help, isHidden } of flagsOfInputs) {
    const flags = `${short === undefined ? '' : `-${short}, `}--${flag} <${role === 'link' ? 'url' : 'file|url'}>`;
    const made = new Option(flags, help).argParser((typed: string) => {
      list.push({ flag, role, value: value(`--${flag}`)(typed) });
      return typed;
    });
    command.addOption(isHidden === true ? made.hideHelp() : made);
  }
  return command;
}
