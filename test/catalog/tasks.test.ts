import { expect, test } from 'vitest';
import { describeExtra, describeGeometry, describeLength, describeMedia } from './describe-rules.ts';
import { allTasks } from './get-model.ts';

// What the documents say of each mode of each model, typed by hand from the pages that the rows name.

const s480 = '832*480 480*832 624*624';
const s720 = '1280*720 720*1280 960*960 1088*832 832*1088';
const s1080 = '1920*1080 1080*1920 1440*1440 1632*1248 1248*1632';
const sizes26 = `${s720} ${s1080}, else 1080P 16:9`;
const vaceSize = `${s720}, else 720P 16:9`;
const follows = (tiers: string, tier: string) => `${tiers} of the input, else ${tier}`;
const both = follows('720P 1080P', '1080P');
const tiers27 = '720P 1080P x 16:9 9:16 1:1 4:3 3:4, else 1080P 16:9';
const tiers30 = '480P 720P 1080P x adaptive 16:9 4:3 1:1 3:4 9:16, else 1080P adaptive';
const tiersAce = '480P 720P 1080P x adaptive 16:9 4:3 1:1 3:4 9:16, else 720P adaptive';
const input = 'of the input';

const upTo15 = '2–15 s, 5';
const upTo30 = '2–30 s, or -1 (the model chooses), 5, 30 with input';
const whole = '2–15 s, 5, input included';
const only5 = '5 s, 5';
const asInput5 = 'as long as the input, at most 5 s: video';

const choice = 'true unless told';
const template = 'template text';

const frame = 'first_frame 1';
const frames = 'first_frame 1, last_frame 1';
const sound = 'driving_audio 0-1';
const refs26 = 'reference_image 0-5, reference_video 0-3; 1-5 of both';
const refs30 =
  'reference_image 0-10, reference_video 0-5, reference_audio 0-5, file 0-1, link 0-1; ' +
  '1-22 of all; 0-1 of file link; 15 s of reference_video video first_clip; 15 s of reference_audio';
const edit30 =
  'video 1, reference_image 0-10, reference_video 0-4, reference_audio 0-5, file 0-1, link 0-1; ' +
  '0-1 of file link; 15 s of reference_video video first_clip; 15 s of reference_audio';
const clip30 = 'first_clip 1; 15 s of reference_video video first_clip; 15 s of reference_audio';
/** The same files; ten are the most in all. */
const ace = (text: string) =>
  text.startsWith('video')
    ? text.replace('; 15 s', '; 0-10 of all; 15 s')
    : text.replace('1-22 of all', '1-10 of all');

type Cells = [picture: string, seconds: string, sound: string, inputs: string, extras: string];

const wan30 = (tiers: string, keep: (text: string) => string, id: string): [string, Cells][] => [
  [`${id} t2v`, [tiers, upTo30, choice, '', '']],
  [`${id} i2v`, [tiers, upTo30, choice, keep('first_frame 1, last_frame 0-1'), '']],
  [`${id} kf2v`, [tiers, upTo30, choice, keep(frames), '']],
  [`${id} r2v`, [tiers, upTo30, choice, keep(refs30), '']],
  [`${id} edit`, [tiers, upTo30, choice, keep(edit30), '']],
  [
    `${id} extend`,
    [tiers.replace('adaptive 16:9 4:3 1:1 3:4 9:16', 'adaptive'), upTo30, choice, keep(clip30), ''],
  ],
];

const wan21 = (id: string): [string, Cells][] => [
  [`${id}-t2v-turbo t2v`, [`${s480} ${s720}, else 720P 16:9`, only5, 'never', '', '']],
  [`${id}-t2v-plus t2v`, [`${s720}, else 720P 16:9`, only5, 'never', '', '']],
  [`${id}-i2v-turbo i2v`, [follows('480P 720P', '720P'), '3, 4 or 5 s, 5', 'never', frame, template]],
  [`${id}-i2v-plus i2v`, [follows('720P', '720P'), only5, 'never', frame, template]],
  [`${id}-kf2v-plus kf2v`, [follows('720P', '720P'), only5, 'never', frames, template]],
  [
    `${id}-vace-plus vace image_reference`,
    [vaceSize, only5, 'never', 'reference_image 1-3', 'obj_or_bg obj|bg each'],
  ],
  [
    `${id}-vace-plus vace video_repainting`,
    [
      input,
      asInput5,
      'never',
      'video 1, reference_image 0-1',
      'control_condition posebodyface|posebody|depth|scribble needed, strength 0–1',
    ],
  ],
  [
    `${id}-vace-plus vace video_edit`,
    [
      vaceSize,
      asInput5,
      'never',
      'video 1, mask_image 0-1, mask_video 0-1, reference_image 0-1; 1-1 of mask_image mask_video',
      'control_condition posebodyface|depth, mask_frame_id whole 1–Infinity, mask_type tracking|fixed, ' +
        'expand_ratio 0–1, expand_mode hull|bbox|original',
    ],
  ],
  [
    `${id}-vace-plus vace video_extension`,
    [
      input,
      '5 s, 5, input included',
      'never',
      'first_frame 0-1, last_frame 0-1, first_clip 0-1, last_clip 0-1, video 0-1; ' +
        '1-4 of first_frame last_frame first_clip last_clip; 3 s of first_clip last_clip',
      'control_condition posebodyface|depth with video',
    ],
  ],
  [
    `${id}-vace-plus vace video_outpainting`,
    [input, asInput5, 'never', 'video 1', 'top_scale 1–2, bottom_scale 1–2, left_scale 1–2, right_scale 1–2'],
  ],
  [`${id}-vace-plus extend`, [input, '5 s, 5, input included', 'never', 'first_clip 1, last_frame 0-1', '']],
];

const animate: Cells = [
  input,
  'as long as the input: video',
  'never',
  'image 1, video 1',
  'quality std|pro, check_image yes or no',
];
const framesOfGateway: Cells = [follows('480P 720P 1080P', '720P'), only5, 'never', frames, template];

const modelStudio: [task: string, cells: Cells][] = [
  ...wan30(tiers30, (text) => text, 'wan3.0-video'),
  ...wan30(tiers30, (text) => text, 'wan3.0-video-prime'),
  ['wan2.7-t2v t2v', [tiers27, upTo15, 'always', sound, '']],
  ['wan2.7-i2v i2v', [both, upTo15, 'always', `${frame}, last_frame 0-1, ${sound}`, '']],
  ['wan2.7-i2v kf2v', [both, upTo15, 'always', `${frames}, ${sound}`, '']],
  ['wan2.7-i2v extend', [both, whole, 'always', 'first_clip 1, last_frame 0-1', '']],
  [
    'wan2.7-r2v r2v',
    [
      tiers27,
      '2–15 s, 5, 10 with reference_video',
      'always',
      'reference_image 0-5, reference_video 0-5, reference_voice 0-5, first_frame 0-1; ' +
        '1-5 of reference_image reference_video',
      '',
    ],
  ],
  [
    'wan2.7-videoedit edit',
    [
      '720P 1080P x 16:9 9:16 1:1 4:3 3:4, else 1080P of the input',
      '2–10 s, or 0 (as long as the input), 0',
      'always',
      'video 1, reference_image 0-4',
      'audio_setting auto|origin',
    ],
  ],
  ['wan2.6-t2v t2v', [sizes26, upTo15, 'always', sound, '']],
  ['wan2.6-t2v-us t2v', [sizes26, '5 or 10 s, 5', 'always', sound, '']],
  ['wan2.6-i2v i2v', [both, upTo15, 'always', `${frame}, ${sound}`, template]],
  ['wan2.6-i2v-flash i2v', [both, upTo15, choice, `${frame}, ${sound}`, template]],
  ['wan2.6-i2v-us i2v', [both, '5, 10 or 15 s, 5', 'always', `${frame}, ${sound}`, template]],
  ['wan2.6-r2v r2v', [sizes26, '2–10 s, 5', 'always', refs26, '']],
  ['wan2.6-r2v-flash r2v', [sizes26, '2–10 s, 5', choice, refs26, '']],
  [
    'wan2.5-t2v-preview t2v',
    [`${s480} ${s720} ${s1080}, else 1080P 16:9`, '5 or 10 s, 5', 'always', sound, ''],
  ],
  [
    'wan2.5-i2v-preview i2v',
    [follows('480P 720P 1080P', '1080P'), '5 or 10 s, 5', 'always', `${frame}, ${sound}`, template],
  ],
  ['wan2.2-t2v-plus t2v', [`${s480} ${s1080}, else 1080P 16:9`, only5, 'never', '', '']],
  ['wan2.2-i2v-plus i2v', [follows('480P 1080P', '1080P'), only5, 'never', frame, template]],
  ['wan2.2-i2v-flash i2v', [follows('480P 720P 1080P', '720P'), only5, 'never', frame, template]],
  ['wan2.2-kf2v-flash kf2v', framesOfGateway],
  ...wan21('wanx2.1'),
  ...wan21('wan2.1'),
  ['wan2.2-animate-move animate', animate],
  ['wan2.2-animate-mix animate', animate],
  [
    'wan2.2-s2v s2v',
    [
      follows('480P 720P', '480P'),
      'as long as the input, at most 20 s: driving_audio',
      'always',
      'image 1, driving_audio 1',
      'style text',
    ],
  ],
  [
    'videoretalk s2v',
    [
      input,
      'as long as the input: video',
      'always',
      'video 1, driving_audio 1, reference_image 0-1',
      'video_extension yes or no, query_face_threshold whole 120–200',
    ],
  ],
];

const small = follows('720P 1080P', '720P');
const three = '5, 10 or 15 s, 5';
const others: [task: string, cells: Cells][] = [
  ['acedata wan2.6-t2v t2v', [sizes26, three, choice, sound, '']],
  ['acedata wan2.6-i2v i2v', [small, three, choice, `${frame}, ${sound}`, '']],
  ['acedata wan2.6-i2v-flash i2v', [small, three, choice, `${frame}, ${sound}`, '']],
  ['acedata wan2.6-r2v r2v', [sizes26, '5 or 10 s, 5', choice, `reference_video 1-3, ${sound}`, '']],
  ...wan30(tiersAce, ace, 'acedata wan3.0-video'),
  ['sinancode wan2.6-i2v i2v', [both, three, choice, `${frame}, ${sound}`, template]],
  ['sinancode wan2.2-kf2v-flash kf2v', framesOfGateway],
];

const tables: [task: string, cells: Cells][] = [
  ...modelStudio.map(([task, cells]): [string, Cells] => [`dashscope ${task}`, cells]),
  ...others,
];

test.each(tables)('%s', (name, cells) => {
  const rules = allTasks.find((task) => task.name === name)?.rules;
  if (rules === undefined) throw new Error(`no row does ${name}`);
  expect([
    describeGeometry(rules),
    describeLength(rules),
    rules.audio.kind === 'optional' ? `${rules.audio.default} unless told` : rules.audio.kind,
    describeMedia(rules),
    Object.entries(rules.extras ?? {})
      .map(([field, rule]) => `${field} ${describeExtra(rule)}`)
      .join(', '),
  ]).toEqual(cells);
});

test('no mode of a row is left out', () => {
  expect(tables.map(([task]) => task).toSorted()).toEqual(allTasks.map(({ name }) => name).toSorted());
});
