import { Option, type Command } from 'commander';
import type { Mode } from '../core/mode.ts';

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
  return command
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
}

export function addConnectionOptions(command: Command): Command {
  return command
    .optionsGroup('Connection:')
    .addOption(option('--provider <name>', 'dashscope or acedata (default: the only one with a key)'))
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
    .addOption(option('--env-file <file>', 'read variables from a file; what is set already stays'));
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
    .addOption(option('-f, --force', 'replace a file of that name'));
}

export function addWaitingOptions(command: Command): Command {
  return command
    .optionsGroup('Waiting:')
    .addOption(
      option('--timeout <time>', 'stop waiting after 90s, 30m, 2h; 0 never (default: 30m); the job goes on'),
    )
    .addOption(option('--poll-interval <time>', 'time between looks, or auto (default)'));
}

/** Inputs share one list, because their order is their numbering in the prompt. */
export type MediaFlag = { flag: 'image' | 'ref' | 'ref-image' | 'ref-video'; value: string };

export function addGenerationOptions(command: Command, mode: Mode): Command {
  command
    .optionsGroup('Video:')
    .addOption(new Option('--prompt <text>', 'the prompt literally, also when it starts with @ or -'))
    .addOption(option('--prompt-file <file>', 'read the prompt from a file'))
    .addOption(
      option('-m, --model <id>', 'the model (`wan models`; default: the mode’s first that is offered)'),
    );
  if (mode !== 'i2v') {
    command
      .addOption(option('--size <WxH>', 'pixels, such as 1280x720'))
      .addOption(option('--ratio <ratio>', '16:9, 9:16, 1:1, 4:3, 3:4 (default: 16:9)'));
  } else {
    command.addOption(option('--size <WxH>', 'pixels, for models that take them').hideHelp());
    command.addOption(option('--ratio <ratio>', 'shape, for models that take it').hideHelp());
  }
  command
    .addOption(option('--resolution <tier>', '480P, 720P or 1080P (default: the model’s, mostly 1080P)'))
    .addOption(
      new Option('-d, --duration <seconds>', 'seconds of video (default: 5)').argParser(value('--duration')),
    )
    .addOption(new Option('--seed <number>', '0–2147483647 (default: random)').argParser(value('--seed')))
    .addOption(new Option('--negative-prompt <text>', 'what not to show; at most 500 characters'))
    .addOption(option('--audio', 'with sound, where the model lets you choose (default)'))
    .addOption(option('--no-audio', 'silent, where the model lets you choose'))
    .addOption(option('--audio-url <url>', 'a sound track, wav or mp3, 3–30 s'))
    .addOption(option('--shot-type <type>', 'single (default) or multi; wan2.6'))
    .addOption(option('--prompt-extend', 'let the service rewrite the prompt (default)'))
    .addOption(option('--no-prompt-extend', 'take the prompt as it is'))
    .addOption(option('--watermark', 'with a mark in the corner'))
    .addOption(option('--no-watermark', 'without it (default)'))
    .addOption(option('--callback-url <url>', 'AceData calls this address when the task is done'))
    .optionsGroup('Waiting:')
    .addOption(option('--no-wait', 'print the task id and leave once the job is accepted'));
  return command;
}

/** The inputs of i2v and r2v, collected in the order in which they were typed. */
export function addMediaOptions(command: Command, mode: Mode, list: MediaFlag[]): Command {
  command.optionsGroup('Inputs:');
  const collect = (flag: MediaFlag['flag'], flags: string, text: string) =>
    command.addOption(
      new Option(flags, text).argParser((typed: string) => {
        list.push({ flag, value: value(`--${flag}`)(typed) });
        return typed;
      }),
    );
  if (mode === 'i2v') collect('image', '-i, --image <url>', 'the first frame: an http(s) address');
  if (mode === 'r2v') {
    collect(
      'ref',
      '--ref <url>',
      'a character to keep, image or clip by its ending; repeat for more, at most 5',
    );
    collect('ref-image', '--ref-image <url>', 'an image, whatever its ending');
    collect('ref-video', '--ref-video <url>', 'a clip, whatever its ending');
  }
  return command;
}
