import type { MediaProfile } from './media-profile.ts';
import type { Mode } from './mode.ts';

/** What an input file is for. The names are those of the newest request shape (wan2.7, wan3.0), and of vace. */
export const mediaRoles = [
  'first_frame',
  'last_frame',
  'first_clip',
  'last_clip',
  'driving_audio',
  'reference_image',
  'reference_video',
  'reference_audio',
  'reference_voice',
  'file',
  'link',
  'image',
  'video',
  'mask_image',
  'mask_video',
] as const;
export type MediaRole = (typeof mediaRoles)[number];

/** How many files of one role are needed and taken, and which. */
export type InputRule = {
  min?: number;
  max: number;
  /** Absent where nothing is known of what is taken. */
  profile?: MediaProfile;
  /** A data URL may stand in for an address. */
  inline?: boolean;
  /** The extra field that makes the file unnecessary. */
  optionalWith?: string;
  /** The picture takes this file's shape, and a ratio would be ignored. */
  fixesRatio?: true;
  /** Why it may be paid for and not listened to; said before. */
  doubt?: string;
  /** Addresses with other letters than ASCII are refused. */
  isAsciiOnly?: true;
  /** It lies over this file, pixel by pixel. */
  sameSizeAs?: MediaRole;
  /** The service reads such a file only while it rewrites the prompt. */
  needsPromptExtend?: true;
};

/** Which inputs a mode needs and takes. */
export type MediaRule = {
  roles: Readonly<Partial<Record<MediaRole, InputRule>>>;
  /** Bounds on the files of several roles together. */
  totals?: readonly { roles: readonly MediaRole[]; min: number; max: number }[];
  /** The most that all clips, or all sounds, of these roles may have together. */
  seconds?: readonly { roles: readonly MediaRole[]; max: number }[];
};

/** Each role as its flag, and as people call its files. */
export const roleWords = {
  first_frame: { flag: '--image', plural: 'first frames' },
  last_frame: { flag: '--last-frame', plural: 'last frames' },
  first_clip: { flag: '--first-clip', plural: 'first clips' },
  last_clip: { flag: '--last-clip', plural: 'last clips' },
  driving_audio: { flag: '--audio-url', plural: 'sound tracks' },
  reference_image: { flag: '--ref-image', plural: 'reference images' },
  reference_video: { flag: '--ref-video', plural: 'reference videos' },
  reference_audio: { flag: '--ref-audio', plural: 'reference sounds' },
  reference_voice: { flag: '--ref-voice', plural: 'reference voices' },
  file: { flag: '--ref-file', plural: 'documents' },
  link: { flag: '--ref-link', plural: 'web pages' },
  image: { flag: '--image', plural: 'images' },
  video: { flag: '--video', plural: 'videos' },
  mask_image: { flag: '--mask-image', plural: 'mask images' },
  mask_video: { flag: '--mask-video', plural: 'mask videos' },
} as const satisfies Record<MediaRole, { flag: string; plural: string }>;

/** The flag of a role, which some modes call otherwise. */
export function wordsOf(role: MediaRole, { mode }: { mode: Mode }): { flag: string; plural: string } {
  if (role === 'first_frame' && mode !== 'i2v') return { ...roleWords[role], flag: '--first-frame' };
  if (role === 'first_clip' && mode === 'extend') return { ...roleWords[role], flag: '--video' };
  return roleWords[role];
}
