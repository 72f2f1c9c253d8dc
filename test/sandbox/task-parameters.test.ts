import { describe, expect, test } from 'vitest';
import { asObject } from '../../src/core/untrusted.ts';
import { imagePath, latencyMs, openHarness, query, submit, videoPath } from './harness.ts';
import { outcomeOf } from './outcomes.ts';
import { png } from './pictures.ts';
import { taskIdOf, textAt } from './reading.ts';

const prompt = 'p';
const url = 'https://example.com/a.png';
const clip = 'https://example.com/a.mp4';

/** A legal request for each function and model: `change` replaces fields of its input. */
const vace = {
  image_reference: { ref_images_url: [url] },
  video_repainting: { video_url: clip },
  video_edit: { video_url: clip, mask_image_url: url },
  video_extension: { first_frame_url: url },
  video_outpainting: { video_url: clip },
};
const others = {
  'wan2.7-videoedit': { media: [{ type: 'video', url: clip }] },
  'wan2.2-animate-move': { image_url: url, video_url: clip },
  'wan2.2-s2v': { image_url: url, audio_url: url },
  videoretalk: { video_url: clip, audio_url: url },
};
type Name = keyof typeof vace | keyof typeof others;

function requestFor(name: Name, change: object, parameters: object) {
  const isVace = (given: string): given is keyof typeof vace => given in vace;
  if (!isVace(name)) return { model: name, input: { ...others[name], ...change }, parameters };
  const needed = name === 'video_repainting' ? { control_condition: 'depth' } : {};
  return {
    model: 'wanx2.1-vace-plus',
    input: { function: name, prompt, ...vace[name], ...change },
    parameters: { ...needed, ...parameters },
  };
}

describe('values that are refused at once', () => {
  test.each<[Name, object, object, RegExp]>([
    ['image_reference', { ref_images_url: null }, {}, /input\.ref_images_url/u],
    ['image_reference', { ref_images_url: url }, {}, /list of URLs/u],
    ['image_reference', {}, { size: '1920*1080' }, /parameters\.size/u],
    ['image_reference', {}, { duration: 4 }, /parameters\.duration/u],
    ['image_reference', { function: 'colorize' }, {}, /not supported/u],
    ['image_reference', { function: 'toString' }, {}, /not supported/u],
    ['image_reference', { prompt: null }, {}, /input\.prompt/u],
    ['video_repainting', {}, { control_condition: null }, /control_condition/u],
    ['video_repainting', {}, { control_condition: '' }, /control_condition/u],
    ['video_repainting', {}, { control_condition: 'pose' }, /control_condition/u],
    ['video_repainting', {}, { strength: 1.1 }, /strength/u],
    ['video_repainting', {}, { strength: '1' }, /strength/u],
    ['video_repainting', { video_url: '' }, {}, /input\.video_url/u],
    ['video_edit', { mask_image_url: null }, {}, /mask_image_url or input\.mask_video_url/u],
    ['video_edit', { mask_frame_id: -1 }, {}, /mask_frame_id/u],
    ['video_edit', { mask_frame_id: 1.5 }, {}, /mask_frame_id/u],
    ['video_edit', {}, { control_condition: 'scribble' }, /control_condition/u],
    ['video_edit', {}, { mask_type: 'moving' }, /mask_type/u],
    ['video_edit', {}, { expand_ratio: 2 }, /expand_ratio/u],
    ['video_edit', {}, { expand_mode: 'round' }, /expand_mode/u],
    ['video_edit', {}, { size: '832*480' }, /parameters\.size/u],
    ['video_extension', { first_frame_url: null }, {}, /first_frame_url or/u],
    ['video_extension', { video_url: clip }, {}, /control_condition/u],
    ['video_extension', { video_url: clip }, { control_condition: 'posebody' }, /control_condition/u],
    ['video_outpainting', {}, { top_scale: 0.9 }, /top_scale/u],
    ['video_outpainting', {}, { right_scale: 2.1 }, /right_scale/u],
    ['wan2.7-videoedit', {}, { audio_setting: 'mute' }, /audio_setting/u],
    ['wan2.7-videoedit', {}, { ratio: 'adaptive' }, /ratio/u],
    ['wan2.7-videoedit', {}, { duration: 1 }, /duration/u],
    ['wan2.7-videoedit', {}, { duration: 11 }, /duration/u],
    ['wan2.2-animate-move', {}, {}, /mode/u],
    ['wan2.2-animate-move', {}, { mode: 'wan-max' }, /mode/u],
    ['wan2.2-animate-move', {}, { mode: 'wan-std', check_image: 'yes' }, /check_image/u],
    ['wan2.2-s2v', {}, { resolution: '1080P' }, /resolution/u],
    ['wan2.2-s2v', {}, { style: 1 }, /style/u],
    ['wan2.2-s2v', { audio_url: null }, {}, /input\.audio_url/u],
    ['videoretalk', {}, { video_extension: 'on' }, /video_extension/u],
    ['videoretalk', {}, { query_face_threshold: 119 }, /query_face_threshold/u],
    ['videoretalk', {}, { query_face_threshold: 201 }, /query_face_threshold/u],
    ['videoretalk', {}, { query_face_threshold: 150.5 }, /query_face_threshold/u],
  ])('%s with %j and %j', async (name, change, parameters, message) => {
    const body = requestFor(name, change, parameters);
    const path = name in vace || name === 'wan2.7-videoedit' ? videoPath : imagePath;
    const answer = await submit(await openHarness(), body, { path });
    expect([answer.status, answer.json]).toMatchObject([
      400,
      { code: 'InvalidParameter', message: expect.stringMatching(message) },
    ]);
  });
});

describe('values that make a task', () => {
  test.each<[Name, object, object]>([
    ['image_reference', { ref_images_url: [url, url] }, { obj_or_bg: ['obj', 'bg'], size: '832*1088' }],
    ['image_reference', {}, { obj_or_bg: ['bg'] }],
    ['image_reference', {}, { control_condition: 'none of its own', strength: 7 }],
    ['video_repainting', { ref_images_url: [url, url] }, { strength: 0, control_condition: 'scribble' }],
    ['video_edit', { mask_frame_id: 1 }, { mask_type: 'fixed', expand_ratio: 0.05, expand_mode: 'bbox' }],
    ['video_edit', { mask_image_url: null, mask_video_url: clip }, { control_condition: '' }],
    ['video_extension', { video_url: clip }, { control_condition: 'depth' }],
    ['video_extension', { first_frame_url: null, last_clip_url: clip }, {}],
    ['video_outpainting', {}, { left_scale: 2, right_scale: 1, size: 'no parameter of its own' }],
    ['wan2.7-videoedit', {}, { audio_setting: 'origin', ratio: '1:1', duration: 0 }],
    ['wan2.2-animate-move', { watermark: true }, { mode: 'wan-std', check_image: false }],
    ['wan2.2-s2v', {}, { resolution: '720P', style: 'speech' }],
    ['wan2.2-s2v', {}, { scenario: 'sing' }],
    ['videoretalk', { ref_image_url: url }, { video_extension: true, query_face_threshold: 170 }],
  ])('%s with %j and %j', async (name, change, parameters) => {
    const outcome = await outcomeOf(await openHarness(), requestFor(name, change, parameters));
    expect(outcome).not.toHaveProperty('code');
  });

  test.each<[Name, object, object, string]>([
    ['image_reference', { ref_images_url: [url, url] }, {}, 'InvalidParameter'],
    ['image_reference', { ref_images_url: [url, url] }, { obj_or_bg: ['bg', 'bg'] }, 'InvalidParameter'],
    ['image_reference', {}, { obj_or_bg: ['sky'] }, 'InvalidParameter'],
    ['image_reference', {}, { obj_or_bg: 'obj' }, 'InvalidParameter'],
    ['video_outpainting', { video_url: 'https://example.com/视频.mp4' }, {}, 'InvalidURL'],
  ])('that fails: %s with %j and %j', async (name, change, parameters, code) => {
    const outcome = await outcomeOf(await openHarness(), requestFor(name, change, parameters));
    expect(outcome).toEqual({ code });
  });

  test('of four references of vace the last is dropped unseen', async () => {
    const picture = `data:image/png;base64,${png(500, 500).toString('base64')}`;
    const change = { ref_images_url: [url, url, url, picture] };
    const parameters = { obj_or_bg: ['obj', 'obj', 'obj', 'bg'] };
    const outcome = await outcomeOf(await openHarness(), requestFor('image_reference', change, parameters));
    expect(outcome).not.toHaveProperty('code');
  });
});

describe('a template', () => {
  test.each<[string, object]>([
    ['wanx2.1-i2v-turbo', { img_url: url }],
    ['wan2.2-kf2v-flash', { first_frame_url: url }],
    // What would fail as a last frame is not looked at.
    ['wanx2.1-kf2v-plus', { first_frame_url: url, last_frame_url: 'C:\\last.png' }],
  ])('takes the prompt’s place in %s', async (model, input) => {
    const sandbox = await openHarness();
    const path = model.includes('kf2v') ? imagePath : videoPath;
    const body = { model, input: { ...input, prompt: 'unread', template: 'hanfu-1' }, parameters: {} };
    const id = taskIdOf(await submit(sandbox, body, { path }));
    sandbox.pass(latencyMs);
    const output = asObject(asObject((await query(sandbox, id)).json)?.['output']);
    expect(output).toMatchObject({ task_status: 'SUCCEEDED' });
    expect(output).not.toHaveProperty('orig_prompt');
    expect(output).not.toHaveProperty('actual_prompt');
  });

  test('does not stand for a first frame', async () => {
    const body = {
      model: 'wan2.2-kf2v-flash',
      input: { last_frame_url: url, template: 'hanfu-1' },
      parameters: {},
    };
    const answer = await submit(await openHarness(), body, { path: imagePath });
    expect(textAt(answer, 'message')).toBe('Field required: input.first_frame_url');
  });

  test('without one, too, the last frame may be left out, as the field table says', async () => {
    const sandbox = await openHarness();
    const body = { model: 'wan2.2-kf2v-flash', input: { first_frame_url: url }, parameters: {} };
    const id = taskIdOf(await submit(sandbox, body, { path: imagePath }));
    sandbox.pass(latencyMs);
    const output = asObject(asObject((await query(sandbox, id)).json)?.['output']);
    expect(output).toMatchObject({ task_status: 'SUCCEEDED' });
  });
});

describe('the ids of the time before, which the vendor’s own SDK names', () => {
  test.each([
    [
      'wanx-txt2video-pro',
      { prompt: 'p', extend_prompt: true },
      { size: '1280*720', duration: 5 },
      videoPath,
    ],
    ['wanx-img2video-pro', { img_url: url }, {}, videoPath],
    ['wanx-kf2v', { first_frame_url: url }, {}, imagePath],
    ['wanx-kf2v', { first_frame_url: url, last_frame_url: url, extend_prompt: true }, {}, imagePath],
  ])('%s is known', async (model, input, parameters, path) => {
    const answer = await submit(await openHarness(), { model, input, parameters }, { path });
    expect(answer.status, answer.text).toBe(200);
  });
});
