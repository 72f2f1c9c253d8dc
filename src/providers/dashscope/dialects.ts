import type { GenerationRequest } from '../../core/request.ts';

// The request shapes of Model Studio differ in how `input` names its files.

type Input = Record<string, unknown>;

/** Up to 2.6: a field of its own for each kind of file. */
function inputFields(request: GenerationRequest): Input {
  const frame = request.media.find((input) => input.role === 'first_frame');
  const references = request.media.filter((input) => input.role.startsWith('reference_'));
  return {
    prompt: request.prompt,
    negative_prompt: request.negativePrompt,
    img_url: frame?.url,
    reference_urls: references.length === 0 ? undefined : references.map((input) => input.url),
    audio_url: request.audioUrl,
  };
}

/** 2.7 and 3.0: one list of typed items, in the order in which the prompt counts them. */
function mediaList(request: GenerationRequest): Input {
  return {
    prompt: request.prompt,
    negative_prompt: request.negativePrompt,
    media:
      request.media.length === 0 ? undefined : request.media.map(({ role, url }) => ({ type: role, url })),
    audio_url: request.audioUrl,
  };
}

export const dashscopeDialects = {
  'input-fields': inputFields,
  'media-list': mediaList,
} as const satisfies Record<string, (request: GenerationRequest) => Input>;

/** @throws when the catalogue names a dialect that does not exist, which its test rules out. */
export function inputOf(dialect: string, request: GenerationRequest): Input {
  const write = Object.entries(dashscopeDialects).find(([name]) => name === dialect)?.[1];
  if (write === undefined) throw new Error(`no such DashScope dialect: ${dialect}`);
  return write(request);
}
