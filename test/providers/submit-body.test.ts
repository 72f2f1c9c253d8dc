import { expect, test } from 'vitest';
import { documentOf, runInProcess } from '../helpers/in-process.ts';

// Each request that the services' documents show, and the command line that a person types for it.

/** Words as a shell would part them; quotes keep blanks. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/gu)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

async function dryRun(line: string): Promise<Record<string, unknown>> {
  const run = await runInProcess([...wordsOf(line), '--dry-run', '--json']);
  expect(run.exitCode, run.stdout).toBe(0);
  return documentOf(run)['dry_run'] as Record<string, unknown>;
}

/** The documented body, with the seed that is drawn where the model takes one and the line names none. */
function drawn<Body extends object>(body: Body, line: string, takesSeed: boolean): Body {
  return line.includes('--seed') || !takesSeed ? body : { ...body, seed: 1_073_741_824 };
}

const e = 'https://example.com';
const oss = 'oss://dashscope-instant/u/2026/k.png';
const json = { Authorization: 'Bearer ***', 'Content-Type': 'application/json' };
const asyncHeader = { 'X-DashScope-Async': 'enable' };

/** The line, and the documented body. */
const modelStudio: [line: string, body: { model: string; input: object; parameters: object }][] = [
  [
    `t2v "a paper boat in the rain" -m wan2.7-t2v --negative-prompt text --resolution 720p --ratio 9:16 -d 6 --seed 7`,
    {
      model: 'wan2.7-t2v',
      input: { prompt: 'a paper boat in the rain', negative_prompt: 'text' },
      parameters: { resolution: '720P', ratio: '9:16', duration: 6, seed: 7 },
    },
  ],
  [
    `t2v "two shots of a lighthouse" --audio-url ${e}/a.mp3 --size 1280x720 -d 10 --shot-type multi`,
    {
      model: 'wan2.6-t2v',
      input: { prompt: 'two shots of a lighthouse', audio_url: `${e}/a.mp3` },
      parameters: { size: '1280*720', duration: 10, shot_type: 'multi', prompt_extend: true },
    },
  ],
  [
    `i2v "slow zoom" --image ${oss} --resolution 720P -d 5 --no-audio`,
    {
      model: 'wan2.6-i2v-flash',
      input: { img_url: oss, prompt: 'slow zoom' },
      parameters: { resolution: '720P', duration: 5, audio: false },
    },
  ],
  [
    `i2v "door opens" -m wan2.7-i2v --image ${e}/1.png --last-frame ${e}/2.png --resolution 720P -d 5`,
    {
      model: 'wan2.7-i2v',
      input: {
        prompt: 'door opens',
        media: [
          { type: 'first_frame', url: `${e}/1.png` },
          { type: 'last_frame', url: `${e}/2.png` },
        ],
      },
      parameters: { resolution: '720P', duration: 5 },
    },
  ],
  [
    `kf2v "door opens" -m wan2.7-i2v --first-frame ${e}/1.png --last-frame ${e}/2.png --resolution 720P -d 5`,
    {
      model: 'wan2.7-i2v',
      input: {
        prompt: 'door opens',
        media: [
          { type: 'first_frame', url: `${e}/1.png` },
          { type: 'last_frame', url: `${e}/2.png` },
        ],
      },
      parameters: { resolution: '720P', duration: 5 },
    },
  ],
  [
    `extend --video ${e}/c.mp4 -d 12`,
    {
      model: 'wan2.7-i2v',
      input: { media: [{ type: 'first_clip', url: `${e}/c.mp4` }] },
      parameters: { duration: 12 },
    },
  ],
  [
    `kf2v --first-frame ${e}/1.png --last-frame ${e}/2.png --resolution 480P`,
    {
      model: 'wan2.2-kf2v-flash',
      input: { first_frame_url: `${e}/1.png`, last_frame_url: `${e}/2.png` },
      parameters: { resolution: '480P' },
    },
  ],
  [
    `r2v "character1 waves at character2" -m wan2.6-r2v --ref ${e}/a.png --ref ${e}/b.mp4 --size 1280x720 -d 5`,
    {
      model: 'wan2.6-r2v',
      input: {
        prompt: 'character1 waves at character2',
        reference_urls: [`${e}/a.png`, `${e}/b.mp4`],
      },
      parameters: { size: '1280*720', duration: 5 },
    },
  ],
  [
    `r2v "Image 1 greets Video 1" -m wan2.7-r2v --ref ${e}/a.png --ref-voice ${e}/v.mp3 --ref ${e}/b.mp4 --resolution 720P --ratio 16:9 -d 8`,
    {
      model: 'wan2.7-r2v',
      input: {
        prompt: 'Image 1 greets Video 1',
        media: [
          { type: 'reference_image', url: `${e}/a.png`, reference_voice: `${e}/v.mp3` },
          { type: 'reference_video', url: `${e}/b.mp4` },
        ],
      },
      parameters: { resolution: '720P', ratio: '16:9', duration: 8 },
    },
  ],
  [
    `edit "make it snow" --video ${e}/v.mp4 --resolution 720P --audio-setting origin`,
    {
      model: 'wan2.7-videoedit',
      input: { prompt: 'make it snow', media: [{ type: 'video', url: `${e}/v.mp4` }] },
      parameters: { resolution: '720P', audio_setting: 'origin' },
    },
  ],
  [
    `r2v "Image 1 on a beach, no dialogue" -m wan3.0-video --ref ${e}/a.png --resolution 480P --ratio 9:16 -d -1`,
    {
      model: 'wan3.0-video',
      input: {
        prompt: 'Image 1 on a beach, no dialogue',
        media: [{ type: 'reference_image', url: `${e}/a.png` }],
      },
      parameters: { resolution: '480P', ratio: '9:16', duration: -1 },
    },
  ],
  [
    `vace image-reference "a girl in a wood" --region singapore --ref ${e}/g.png --ref ${e}/w.png --obj-or-bg obj,bg --size 1280x720`,
    {
      model: 'wan2.1-vace-plus',
      input: {
        function: 'image_reference',
        prompt: 'a girl in a wood',
        ref_images_url: [`${e}/g.png`, `${e}/w.png`],
      },
      parameters: { obj_or_bg: ['obj', 'bg'], size: '1280*720' },
    },
  ],
  [
    `vace video-repainting "clay style" --region singapore --video ${e}/v.mp4 --control-condition depth --strength 0.8 --no-prompt-extend`,
    {
      model: 'wan2.1-vace-plus',
      input: { function: 'video_repainting', prompt: 'clay style', video_url: `${e}/v.mp4` },
      parameters: { control_condition: 'depth', strength: 0.8, prompt_extend: false },
    },
  ],
  [
    `vace video_edit "a lion" --region singapore --video ${e}/v.mp4 --mask-image ${e}/m.png --mask-frame-id 1 --mask-type tracking --expand-ratio 0.05 --no-prompt-extend`,
    {
      model: 'wan2.1-vace-plus',
      input: {
        function: 'video_edit',
        prompt: 'a lion',
        video_url: `${e}/v.mp4`,
        mask_image_url: `${e}/m.png`,
        mask_frame_id: 1,
      },
      parameters: { mask_type: 'tracking', expand_ratio: 0.05, prompt_extend: false },
    },
  ],
  [
    `vace video-extension "a dog skates" --region singapore --first-clip ${e}/c.mp4 --no-prompt-extend`,
    {
      model: 'wan2.1-vace-plus',
      input: { function: 'video_extension', prompt: 'a dog skates', first_clip_url: `${e}/c.mp4` },
      parameters: { prompt_extend: false },
    },
  ],
  [
    `extend "a dog skates" -m wan2.1-vace-plus --region singapore --video ${e}/c.mp4 --no-prompt-extend`,
    {
      model: 'wan2.1-vace-plus',
      input: { function: 'video_extension', prompt: 'a dog skates', first_clip_url: `${e}/c.mp4` },
      parameters: { prompt_extend: false },
    },
  ],
  [
    `vace video-outpainting "an orchestra" --region singapore --video ${e}/v.mp4 --left-scale 1.5 --right-scale 1.5 --no-prompt-extend`,
    {
      model: 'wan2.1-vace-plus',
      input: { function: 'video_outpainting', prompt: 'an orchestra', video_url: `${e}/v.mp4` },
      parameters: { left_scale: 1.5, right_scale: 1.5, prompt_extend: false },
    },
  ],
  [
    `animate -m wan2.2-animate-mix --image ${e}/p.jpg --video ${e}/d.mp4`,
    {
      model: 'wan2.2-animate-mix',
      input: { image_url: `${e}/p.jpg`, video_url: `${e}/d.mp4` },
      parameters: { mode: 'wan-std' },
    },
  ],
  [
    // The mark is asked for in `input` here, as nowhere else.
    `animate --image ${e}/p.jpg --video ${e}/d.mp4 --quality pro --watermark --no-check-image`,
    {
      model: 'wan2.2-animate-move',
      input: { image_url: `${e}/p.jpg`, video_url: `${e}/d.mp4`, watermark: true },
      parameters: { mode: 'wan-pro', check_image: false },
    },
  ],
  [
    `s2v --image ${e}/p.jpg --audio-url ${e}/s.wav --resolution 480P`,
    {
      model: 'wan2.2-s2v',
      input: { image_url: `${e}/p.jpg`, audio_url: `${e}/s.wav` },
      parameters: { resolution: '480P' },
    },
  ],
  // The page of wan2.6 r2v lists no prompt_extend: multi-shot is asked for alone, and what is asked for is passed on.
  [
    `r2v "character1 and character2 meet" -m wan2.6-r2v --ref ${e}/a.png --ref ${e}/b.png --shot-type multi`,
    {
      model: 'wan2.6-r2v',
      input: { prompt: 'character1 and character2 meet', reference_urls: [`${e}/a.png`, `${e}/b.png`] },
      parameters: { shot_type: 'multi' },
    },
  ],
  [
    `r2v "character1 waves" -m wan2.6-r2v-flash --ref ${e}/a.png --shot-type multi --prompt-extend`,
    {
      model: 'wan2.6-r2v-flash',
      input: { prompt: 'character1 waves', reference_urls: [`${e}/a.png`] },
      parameters: { shot_type: 'multi', prompt_extend: true },
    },
  ],
  [
    `s2v -m videoretalk --video ${e}/v.mp4 --audio-url ${e}/s.wav --ref-image ${e}/p.jpg --video-extension --query-face-threshold 170`,
    {
      model: 'videoretalk',
      input: { video_url: `${e}/v.mp4`, audio_url: `${e}/s.wav`, ref_image_url: `${e}/p.jpg` },
      parameters: { video_extension: true, query_face_threshold: 170 },
    },
  ],
];

test.each(modelStudio)('Model Studio: wan %s', async (line, body) => {
  const request = await dryRun(line.includes('--region') ? line : `${line} --region beijing`);
  const host = line.includes('singapore') ? 'dashscope-intl' : 'dashscope';
  const path = /kf2v-|animate|s2v|retalk/u.test(body.model) ? 'image2video' : 'video-generation';
  expect(request).toMatchObject({
    method: 'POST',
    url: `https://${host}.aliyuncs.com/api/v1/services/aigc/${path}/video-synthesis`,
  });
  const takesSeed = !/animate|s2v|retalk/u.test(body.model);
  expect(request['body']).toStrictEqual({ ...body, parameters: drawn(body.parameters, line, takesSeed) });
  expect(request['headers']).toStrictEqual({
    ...json,
    ...asyncHeader,
    ...(line.includes('oss://') ? { 'X-DashScope-OssResourceResolve': 'enable' } : {}),
  });
});

const always = { audio: true, prompt_extend: true, async: true };

const acedata: [line: string, body: object][] = [
  [
    't2v p --size 1280x720 -d 5',
    { action: 'text2video', model: 'wan2.6-t2v', prompt: 'p', size: '1280*720', duration: 5, ...always },
  ],
  [
    `i2v p -m wan2.6-i2v --image ${e}/a.png --resolution 720P -d 10`,
    {
      action: 'image2video',
      model: 'wan2.6-i2v',
      prompt: 'p',
      image_url: `${e}/a.png`,
      resolution: '720P',
      duration: 10,
      ...always,
    },
  ],
  [
    `i2v p --image ${e}/a.png --resolution 1080p -d 5 --no-audio`,
    {
      action: 'image2video',
      model: 'wan2.6-i2v-flash',
      prompt: 'p',
      image_url: `${e}/a.png`,
      resolution: '1080P',
      duration: 5,
      ...always,
      audio: false,
    },
  ],
  [
    `r2v "character1 waves" --ref ${e}/a.mp4 --size 1280x720 -d 5`,
    {
      action: 'image2video',
      model: 'wan2.6-r2v',
      prompt: 'character1 waves',
      reference_video_urls: [`${e}/a.mp4`],
      size: '1280*720',
      duration: 5,
      ...always,
    },
  ],
  [
    `r2v "Image 1 on a beach" -m wan3.0-video --ref ${e}/a.png --resolution 720P --ratio 9:16 -d -1`,
    {
      model: 'wan3.0-video',
      prompt: 'Image 1 on a beach',
      media: [{ type: 'reference_image', url: `${e}/a.png` }],
      resolution: '720P',
      ratio: '9:16',
      duration: -1,
      ...always,
    },
  ],
  [
    `i2v -m wan3.0-video --image ${e}/a.png --seed 3 --watermark --callback-url https://me.example/hook`,
    {
      model: 'wan3.0-video',
      media: [{ type: 'first_frame', url: `${e}/a.png` }],
      seed: 3,
      watermark: true,
      callback_url: 'https://me.example/hook',
      ...always,
    },
  ],
];

test.each(acedata)('AceData: wan %s', async (line, body) => {
  const request = await dryRun(`${line} --provider acedata`);
  expect(request).toMatchObject({ method: 'POST', url: 'https://api.acedata.cloud/wan/videos' });
  // Of AceData's models 3.0 alone takes one.
  expect(request['body']).toStrictEqual(drawn(body, line, line.includes('wan3.0')));
  expect(request['headers']).toStrictEqual(json);
});

const sinancode: [line: string, path: string, body: object][] = [
  [
    `i2v "she turns" --image ${e}/a.png --resolution 720P -d 10 --no-audio --shot-type multi --seed 1`,
    'wan2-image-to-video',
    {
      image_url: `${e}/a.png`,
      prompt: 'she turns',
      resolution: '720P',
      duration: 10,
      audio: false,
      shot_type: 'multi',
      prompt_extend: true,
      seed: 1,
    },
  ],
  [
    `i2v -m wan2.6-i2v --image ${e}/a.png --audio-url ${e}/a.mp3 --negative-prompt text --watermark`,
    'wan2-image-to-video',
    {
      image_url: `${e}/a.png`,
      audio_url: `${e}/a.mp3`,
      model: 'wan2.6-i2v',
      negative_prompt: 'text',
      watermark: true,
    },
  ],
  [
    `kf2v "it opens" --first-frame ${e}/1.png --last-frame ${e}/2.png --resolution 480P`,
    'wan2-keyframe-to-video',
    {
      first_frame_url: `${e}/1.png`,
      last_frame_url: `${e}/2.png`,
      prompt: 'it opens',
      resolution: '480P',
    },
  ],
  [
    `kf2v -m wan2.2-kf2v-flash --first-frame ${e}/1.png --template hanfu-1 --no-prompt-extend`,
    'wan2-keyframe-to-video',
    { first_frame_url: `${e}/1.png`, model: 'wan2.2-kf2v-flash', prompt_extend: false, template: 'hanfu-1' },
  ],
];

test.each(sinancode)('SinanCode: wan %s', async (line, path, body) => {
  const request = await dryRun(`${line} --provider sinancode`);
  expect(request).toMatchObject({
    method: 'POST',
    url: `https://api.sinancode.com/v1/generate/bailian/${path}`,
    model: line.includes('-m ') ? Object(body).model : null,
  });
  expect(request['body']).toStrictEqual(drawn(body, line, true));
  expect(request['headers']).toStrictEqual(json);
});
