/** What a model is asked to do; the subcommand's name and the `mode` of a job's document. */
export const modes = ['t2v', 'i2v', 'r2v'] as const;

export type Mode = (typeof modes)[number];

export const modeTitles = {
  t2v: 'text to video',
  i2v: 'image to video',
  r2v: 'reference to video',
} satisfies Record<Mode, string>;
