import type { MediaProfile } from '../core/media-profile.ts';

// What the services take as files. Source: the request pages of each model at help.aliyun.com/zh/model-studio
// (Bailian), checked on 2026-11-20, unless a row says otherwise. Their MB is 1024 * 1024 bytes.

const MB = 1024 * 1024;

const photos = ['jpeg', 'png', 'bmp', 'webp'] as const;
const clips = ['mp4', 'mov'] as const;
const sounds = ['wav', 'mp3'] as const;

/** `img_url` of wan2.5 and wan2.6, references of wan2.6: no aspect is stated. */
export const img20b = {
  name: 'img20b',
  kind: 'image',
  formats: photos,
  allowsAlpha: false,
  sides: { min: 240, max: 8000 },
  maxBytes: 20 * MB,
} as const satisfies MediaProfile;

/** wan2.7 and wan3.0. */
export const img20 = { ...img20b, name: 'img20', maxAspect: 8 } as const satisfies MediaProfile;

/** wan2.1 and wan2.2 from an image or two. Unsure: pages before 2026 said 360 to 2000 px. */
export const img10 = { ...img20b, name: 'img10', maxBytes: 10 * MB } as const satisfies MediaProfile;

/** vace; nothing is said of transparency. */
export const imgV = {
  name: 'imgV',
  kind: 'image',
  formats: [...photos, 'tiff'],
  sides: { min: 360, max: 2000 },
  maxBytes: 10 * MB,
} as const satisfies MediaProfile;

/** wan2.2-animate. */
export const imgA = {
  name: 'imgA',
  kind: 'image',
  formats: photos,
  sides: { min: 200, max: 4096 },
  maxAspect: 3,
  maxBytes: 5 * MB,
} as const satisfies MediaProfile;

/** wan2.2-s2v. Unsure: the formats. */
export const imgS = {
  name: 'imgS',
  kind: 'image',
  formats: photos,
  sides: { min: 400, max: 7000 },
} as const satisfies MediaProfile;

/** References of wan2.7-r2v. */
export const vidR27 = {
  name: 'vidR27',
  kind: 'video',
  formats: clips,
  sides: { min: 240, max: 4096 },
  maxAspect: 8,
  maxBytes: 100 * MB,
  seconds: { min: 1, max: 30 },
} as const satisfies MediaProfile;

/** `reference_urls` of wan2.6. The older `reference_video_urls` wanted 2 s. */
export const vidR26 = {
  name: 'vidR26',
  kind: 'video',
  formats: clips,
  maxBytes: 100 * MB,
  seconds: { min: 1, max: 30 },
} as const satisfies MediaProfile;

/** `first_clip` of wan2.7-i2v, `video` of wan2.7-videoedit. */
export const vid10 = {
  ...vidR27,
  name: 'vid10',
  seconds: { min: 2, max: 10 },
} as const satisfies MediaProfile;

/** wan3.0. */
export const vid3 = {
  ...vidR27,
  name: 'vid3',
  seconds: { min: 1, max: 15 },
  minFramesPerSecond: 16,
} as const satisfies MediaProfile;

/** vace: the film to work on. */
export const vidV5 = {
  name: 'vidV5',
  kind: 'video',
  formats: ['mp4'],
  maxBytes: 50 * MB,
  cutsAfter: 5,
  minFramesPerSecond: 16,
} as const satisfies MediaProfile;

/** vace: clips to extend; their row bounds what they last together. */
export const vidV3 = {
  name: 'vidV3',
  kind: 'video',
  formats: ['mp4'],
  maxBytes: 50 * MB,
  seconds: { max: 3 },
  minFramesPerSecond: 16,
} as const satisfies MediaProfile;

/** Mask films of vace: size, rate and length of the video they belong to. */
export const maskVideo = { ...vidV5, name: 'maskVideo' } as const satisfies MediaProfile;

/** wan2.2-animate. */
export const vidA = {
  name: 'vidA',
  kind: 'video',
  formats: ['mp4', 'avi', 'mov'],
  sides: { min: 200, max: 2048 },
  maxAspect: 3,
  maxBytes: 200 * MB,
  seconds: { min: 2, max: 30 },
} as const satisfies MediaProfile;

/** `audio_url` of wan2.5 and wan2.6. */
export const aud25 = {
  name: 'aud25',
  kind: 'audio',
  formats: sounds,
  maxBytes: 15 * MB,
  seconds: { min: 3, max: 30 },
} as const satisfies MediaProfile;

/** `audio_url` and `driving_audio` of wan2.7. */
export const aud27 = {
  ...aud25,
  name: 'aud27',
  seconds: { min: 2, max: 30 },
} as const satisfies MediaProfile;

/** `reference_voice` of wan2.7. */
export const audV = { ...aud25, name: 'audV', seconds: { min: 1, max: 10 } } as const satisfies MediaProfile;

/** wan3.0. */
export const aud3 = { ...aud25, name: 'aud3', seconds: { min: 1, max: 15 } } as const satisfies MediaProfile;

/** wan2.2-s2v: less than 15 MB and less than 20 s. */
export const audS = {
  ...aud25,
  name: 'audS',
  seconds: { max: 20 },
  isBelowMax: true,
} as const satisfies MediaProfile;

/** `file` of wan3.0. At most 50 pages, which is not counted here. Markdown and plain text look alike. */
export const doc3 = {
  name: 'doc3',
  kind: 'document',
  formats: [
    'docx',
    'doc',
    'xlsx',
    'xls',
    'pptx',
    'ppt',
    'pdf',
    'text',
    'key',
    'pages',
    'numbers',
    // Old Office files share one container: which of the three it is shows only in the name.
    'ole',
  ],
  maxBytes: 100 * MB,
} as const satisfies MediaProfile;

/** videoretalk: no limits are documented, so only the kinds count. Source: the vendor's agent skill, unsure. */
export const retalkVideo = {
  name: 'retalkVideo',
  kind: 'video',
  formats: ['mp4', 'mov', 'avi'],
} as const satisfies MediaProfile;
export const retalkAudio = {
  name: 'retalkAudio',
  kind: 'audio',
  formats: [...sounds, 'm4a', 'aac', 'flac', 'ogg'],
} as const satisfies MediaProfile;
export const retalkImage = {
  name: 'retalkImage',
  kind: 'image',
  formats: photos,
} as const satisfies MediaProfile;

/** SinanCode's i2v and kf2v. Source: its API page, checked on 2026-11-20. */
export const sinancodeImage = {
  ...img10,
  name: 'sinancodeImage',
  sides: { min: 360, max: 2000 },
} as const satisfies MediaProfile;
