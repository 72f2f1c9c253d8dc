import { hasFlag } from '../command-line.ts';
import { leastMedia, type Task } from '../get-model.ts';
import { beyond, legal, refusedFlag, type LimitCase } from './limit-case.ts';

/** Sound, shots, watermark, prompt extension and callbacks of a task. */
export function switchCases(task: Task): LimitCase[] {
  return [...soundCases(task), ...shotCases(task), ...otherCases(task)];
}

function soundCases(task: Task): LimitCase[] {
  const { audio, id, media } = task.rules;
  const flag = (name: string, hint: string | undefined) => {
    if (!hasFlag(task.mode, name)) return refusedFlag(task, name, undefined, '');
    return hint === undefined
      ? legal(name, { flags: [name] })
      : beyond(`no ${name}`, { flags: [name] }, hint);
  };
  const base = leastMedia(task.rules).map(({ role }) => role);
  const isMuted = audio.kind === 'optional' && media?.roles.driving_audio !== undefined;
  return [
    flag('--audio', audio.kind === 'never' ? `leave it out: ${id} makes silent clips` : undefined),
    flag('--no-audio', audio.kind === 'always' ? `leave it out: ${id} always makes sound` : undefined),
    ...(isMuted
      ? [
          beyond(
            'no --audio-url with --no-audio',
            { media: [...base, 'driving_audio'], flags: ['--no-audio'] },
            'leave out one of the two',
          ),
        ]
      : []),
  ];
}

function shotCases(task: Task): LimitCase[] {
  if (task.rules.shotType !== true) {
    return [
      refusedFlag(task, '--shot-type', 'multi', 'describe the shots in the prompt, with their seconds'),
    ];
  }
  const asked = (...words: string[]) => ({ flags: ['--shot-type', ...words] });
  return [
    legal('--shot-type single', asked('single', '--no-prompt-extend')),
    legal('--shot-type multi', asked('multi', '--prompt-extend')),
    beyond('no --shot-type double', asked('double'), '--shot-type single or multi'),
    beyond(
      'no --shot-type multi without prompt extension',
      asked('multi', '--no-prompt-extend'),
      'leave out --no-prompt-extend, or use --shot-type single',
    ),
  ];
}

function otherCases(task: Task): LimitCase[] {
  const { promptExtend, watermark, callback } = task.rules;
  const hook = 'https://me.example/hook';
  const nobody = 'leave it out: the service calls nobody back';
  const flag = (name: string, isTaken: boolean) =>
    isTaken ? legal(name, { flags: [name] }) : refusedFlag(task, name, undefined, 'leave it out');
  return [
    flag('--prompt-extend', (promptExtend ?? false) !== false),
    flag('--no-prompt-extend', (promptExtend ?? false) !== false),
    flag('--watermark', watermark === true),
    // What a model does anyway may be said.
    ...(hasFlag(task.mode, '--no-watermark') ? [flag('--no-watermark', true)] : []),
    ...(callback === true
      ? [
          legal('--callback-url', { flags: ['--callback-url', hook] }),
          beyond(
            'no --callback-url me',
            { flags: ['--callback-url', 'me'] },
            '--callback-url https://example.com/hook',
          ),
        ]
      : [refusedFlag(task, '--callback-url', hook, nobody)]),
  ];
}
