import type { Mode } from '../core/mode.ts';

// Flags of fields that few models have, by mode. What is legal stands in the catalogue; here is what people read.

/** A flag, as commander writes it, and its help. Its field has the same name with underscores. */
export type ExtraFlag = readonly [flags: string, help: string];

const template: ExtraFlag = ['--template <name>', 'a video effect by its name; the prompt is then ignored'];

export const extraFlags: Readonly<Record<Mode, readonly ExtraFlag[]>> = {
  t2v: [],
  i2v: [template],
  kf2v: [template],
  r2v: [],
  vace: [
    [
      '--control-condition <name>',
      'what to keep of the clip: posebodyface, posebody, depth, scribble (see below); video-repainting needs it',
    ],
    ['--strength <0-1>', 'video-repainting: how closely to keep it (default: 1)'],
    ['--obj-or-bg <list>', 'image-reference: obj or bg for each image, such as obj,bg'],
    ['--mask-frame-id <n>', 'video-edit: the frame that the mask image belongs to, from 1 (default: 1)'],
    ['--mask-type <type>', 'video-edit: tracking (default) or fixed'],
    ['--expand-ratio <0-1>', 'video-edit, tracking: how far the mask grows (default: 0.05)'],
    ['--expand-mode <mode>', 'video-edit, tracking: hull (default), bbox or original'],
    ['--top-scale <1-2>', 'video-outpainting: how far upwards (default: 1)'],
    ['--bottom-scale <1-2>', 'video-outpainting: how far downwards (default: 1)'],
    ['--left-scale <1-2>', 'video-outpainting: how far to the left (default: 1)'],
    ['--right-scale <1-2>', 'video-outpainting: how far to the right (default: 1)'],
  ],
  edit: [['--audio-setting <name>', 'auto (default), or origin to keep the clip’s own sound (wan2.7)']],
  extend: [],
  animate: [
    ['--quality <name>', 'std (default) or pro, which costs more'],
    ['--check-image', 'let the service check the image first (default)'],
    ['--no-check-image', 'do not'],
  ],
  s2v: [
    ['--style <name>', 'how it is spoken, such as speech; not checked here'],
    ['--video-extension', 'videoretalk: play the clip on where the sound is longer'],
    ['--no-video-extension', 'do not (default)'],
    ['--query-face-threshold <n>', 'videoretalk: 120–200, how sure it must be of the face'],
  ],
};

/** The names under which commander keeps them, with the field of each. */
export function extraFields(mode: Mode): { attribute: string; field: string }[] {
  return extraFlags[mode].map(([flags]) => {
    const name = (/--(?:no-)?([a-z-]+)/u.exec(flags)?.[1] ?? '').trim();
    return {
      attribute: attributeOf(name),
      field: name.replaceAll('-', '_'),
    };
  });
}

/** As commander names a flag's value. */
export function attributeOf(flag: string): string {
  return flag.replaceAll(/-([a-z])/gu, (_all, letter: string) => letter.toUpperCase());
}
