import type { MediaRole } from '../core/media-rule.ts';
import type { Mode } from '../core/mode.ts';

// The inputs of each mode: one flag a row. They share one list, because their order is their numbering in the prompt.

/** A flag that names a file. */
export type MediaFlag = {
  flag: string;
  short?: string;
  /** `reference`: image, clip or sound, by what is in it. */
  role: MediaRole | 'reference';
  help: string;
  /** Understood, but not shown. */
  isHidden?: true;
};

/** One of them as it was typed. */
export type TypedMedia = { flag: string; role: MediaFlag['role']; value: string };

const sound: MediaFlag = {
  flag: 'audio-url',
  role: 'driving_audio',
  help: 'a sound track, wav or mp3, 2–30 s (file or url; wan2.5–2.7, AceData wan2.6)',
};
const lastFrame: MediaFlag = {
  flag: 'last-frame',
  role: 'last_frame',
  help: 'where it ends (file or url; wan2.7, wan3.0)',
};
const refImage: MediaFlag = {
  flag: 'ref-image',
  role: 'reference_image',
  help: 'a reference image; repeatable',
};
const refAudio: MediaFlag = {
  flag: 'ref-audio',
  role: 'reference_audio',
  help: 'a reference sound (wan3.0); repeatable',
};
const documents: readonly MediaFlag[] = [
  { flag: 'ref-file', role: 'file', help: 'a document to draw on: pdf, docx, pptx, txt … (wan3.0)' },
  { flag: 'ref-link', role: 'link', help: 'a web page to draw on (wan3.0)' },
];

export const mediaFlags: Readonly<Record<Mode, readonly MediaFlag[]>> = {
  t2v: [sound],
  i2v: [
    { flag: 'image', short: 'i', role: 'first_frame', help: 'the first frame: a file or url' },
    { flag: 'first-frame', role: 'first_frame', help: 'the same', isHidden: true },
    lastFrame,
    sound,
  ],
  kf2v: [
    { flag: 'first-frame', role: 'first_frame', help: 'where it begins: a file or url' },
    { flag: 'image', short: 'i', role: 'first_frame', help: 'the same', isHidden: true },
    { ...lastFrame, help: 'where it ends: a file or url' },
    sound,
  ],
  r2v: [
    {
      flag: 'ref',
      role: 'reference',
      help: 'who or what to keep: an image or clip (wan3.0: a sound too), file or url; repeatable',
    },
    refImage,
    { flag: 'ref-video', role: 'reference_video', help: 'a reference clip; repeatable' },
    refAudio,
    {
      flag: 'ref-voice',
      role: 'reference_voice',
      help: 'the voice of the reference before it, 1–10 s (wan2.7); repeatable',
    },
    ...documents,
    { flag: 'first-frame', role: 'first_frame', help: 'the first frame, besides references (wan2.7)' },
    sound,
  ],
  vace: [
    { flag: 'video', role: 'video', help: 'the clip to work on, mp4, its first 5 s (file or url)' },
    { flag: 'ref', role: 'reference', help: 'a reference image, file or url; repeatable' },
    refImage,
    { flag: 'mask-image', role: 'mask_image', help: 'video-edit: white where to edit, black where to keep' },
    { flag: 'mask-video', role: 'mask_video', help: 'the same as a clip of the video’s size and length' },
    { flag: 'first-frame', role: 'first_frame', help: 'video-extension: where it begins' },
    { flag: 'last-frame', role: 'last_frame', help: 'video-extension: where it ends' },
    { flag: 'first-clip', role: 'first_clip', help: 'video-extension: the clip it continues, at most 3 s' },
    { flag: 'last-clip', role: 'last_clip', help: 'video-extension: the clip it leads to, at most 3 s' },
  ],
  edit: [
    { flag: 'video', role: 'video', help: 'the clip to edit: a file or url' },
    { flag: 'ref', role: 'reference', help: 'what to take into it, file or url; repeatable' },
    refImage,
    { flag: 'ref-video', role: 'reference_video', help: 'a reference clip (wan3.0); repeatable' },
    refAudio,
    ...documents,
  ],
  extend: [
    { flag: 'video', role: 'first_clip', help: 'the clip to continue: a file or url' },
    { flag: 'first-clip', role: 'first_clip', help: 'the same', isHidden: true },
    { ...lastFrame, help: 'where it ends (file or url; wan2.7)' },
  ],
  animate: [
    { flag: 'image', short: 'i', role: 'image', help: 'the person: a file or url' },
    { flag: 'video', role: 'video', help: 'the clip whose motion it takes, 2–30 s: a file or url' },
  ],
  s2v: [
    { flag: 'image', short: 'i', role: 'image', help: 'the person who speaks: a file or url' },
    { flag: 'audio-url', role: 'driving_audio', help: 'what is said, wav or mp3, below 20 s: a file or url' },
    {
      flag: 'video',
      role: 'video',
      help: 'a clip whose lips are to follow, in place of an image (videoretalk)',
    },
    { ...refImage, help: 'the face to change, where the clip shows several (videoretalk)' },
  ],
};
