import { inputsOf, type GenerationRequest } from '../../core/request.ts';
import type { MediaRole } from '../../core/media-rule.ts';
import { allInOneMedia } from '../all-in-one-media.ts';

// The request shapes of Model Studio differ in how `input` names its files, and in their path.

type Input = Record<string, unknown>;

type Dialect = {
  path: 'video-generation' | 'image2video';
  input: (request: GenerationRequest) => Input;
};

const prompts = ({ prompt, negativePrompt }: GenerationRequest): Input => ({
  prompt,
  negative_prompt: negativePrompt,
});

function urlOf(request: GenerationRequest, role: MediaRole): string | undefined {
  return inputsOf(request, role)[0]?.url;
}

function urlsOf(request: GenerationRequest, ...roles: MediaRole[]): string[] | undefined {
  const urls = request.media.filter(({ role }) => roles.includes(role)).map(({ url }) => url);
  return urls.length === 0 ? undefined : urls;
}

/** Up to 2.6, and 2.7's text to video: a field of its own for each kind of file. */
function inputFields(request: GenerationRequest): Input {
  return {
    ...prompts(request),
    img_url: urlOf(request, 'first_frame'),
    reference_urls: urlsOf(request, 'reference_image', 'reference_video'),
    audio_url: urlOf(request, 'driving_audio'),
  };
}

function frames(request: GenerationRequest): Input {
  return {
    ...prompts(request),
    first_frame_url: urlOf(request, 'first_frame'),
    last_frame_url: urlOf(request, 'last_frame'),
  };
}

/** 2.7: one list of typed items, in the order in which the prompt counts them; a voice is part of its reference. */
function mediaList(request: GenerationRequest): Input {
  const items: Input[] = [];
  for (const { role, url } of request.media) {
    const before = items.at(-1);
    if (role === 'reference_voice' && before !== undefined) before['reference_voice'] = url;
    else items.push({ type: role, url });
  }
  return { ...prompts(request), media: items.length === 0 ? undefined : items };
}

function allInOne(request: GenerationRequest): Input {
  return { ...prompts(request), media: allInOneMedia(request) };
}

function vace(request: GenerationRequest): Input {
  return {
    function: request.vaceFunction ?? (request.mode === 'extend' ? 'video_extension' : undefined),
    prompt: request.prompt,
    ref_images_url: urlsOf(request, 'reference_image'),
    video_url: urlOf(request, 'video'),
    mask_image_url: urlOf(request, 'mask_image'),
    mask_video_url: urlOf(request, 'mask_video'),
    first_frame_url: urlOf(request, 'first_frame'),
    last_frame_url: urlOf(request, 'last_frame'),
    first_clip_url: urlOf(request, 'first_clip'),
    last_clip_url: urlOf(request, 'last_clip'),
  };
}

function portrait(request: GenerationRequest): Input {
  return {
    image_url: urlOf(request, 'image'),
    video_url: urlOf(request, 'video'),
    audio_url: urlOf(request, 'driving_audio'),
    ref_image_url: urlOf(request, 'reference_image'),
    // Elsewhere it is a parameter.
    watermark: request.watermark,
  };
}

export const dashscopeDialects = {
  'input-fields': { path: 'video-generation', input: inputFields },
  frames: { path: 'image2video', input: frames },
  'media-list': { path: 'video-generation', input: mediaList },
  'all-in-one': { path: 'video-generation', input: allInOne },
  vace: { path: 'video-generation', input: vace },
  portrait: { path: 'image2video', input: portrait },
} as const satisfies Record<string, Dialect>;

/** @throws when the catalogue names a dialect that does not exist, which its test rules out. */
export function dialectOf(name: string): Dialect {
  const dialects: Record<string, Dialect> = dashscopeDialects;
  const dialect = dialects[name];
  if (dialect === undefined) throw new Error(`no such DashScope dialect: ${name}`);
  return dialect;
}
