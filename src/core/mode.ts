/** What a model is asked to do; the subcommand's name and the `mode` of a job's document. */
export const modes = ['t2v', 'i2v', 'kf2v', 'r2v', 'vace', 'edit', 'extend', 'animate', 's2v'] as const;

export type Mode = (typeof modes)[number];

export const modeTitles = {
  t2v: 'text to video',
  i2v: 'image to video',
  kf2v: 'first and last frame to video',
  r2v: 'reference to video',
  vace: 'video editing functions',
  edit: 'video editing by instruction',
  extend: 'video extension',
  animate: 'character animation',
  s2v: 'speech to video',
} satisfies Record<Mode, string>;

/** What vace can do, as the service spells it. */
export const vaceFunctions = [
  'image_reference',
  'video_repainting',
  'video_edit',
  'video_extension',
  'video_outpainting',
] as const;

export type VaceFunction = (typeof vaceFunctions)[number];
