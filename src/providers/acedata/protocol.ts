import { readLoosely } from '../../core/loose.ts';
import type { Model } from '../../core/model.ts';
import { readId } from '../../core/named-tasks.ts';
import type { Refusal } from '../../core/refusal.ts';
import { inputsOf, type GenerationRequest } from '../../core/request.ts';
import { at } from '../../core/untrusted.ts';
import { allInOneMedia } from '../all-in-one-media.ts';
import { withOverrides } from '../overrides.ts';
import type { HttpCall, Protocol } from '../protocol.ts';
import { meaningOf } from './error-codes.ts';
import { readTask } from './read-task.ts';
import { refusalOf, result } from './reply.ts';
import { taskList } from './task-list.ts';

// AceData Cloud: one flat body in; task records `{id, request, response, finished_at}` out, which carry no status
// word of their own.

/** `audio` and `prompt_extend` are always sent: its documents disagree on their defaults. */
function submit(request: GenerationRequest, model: Model): HttpCall {
  const isAllInOne = model.dialect === 'flat-media';
  const clips = inputsOf(request, 'reference_video').map(({ url }) => url);
  const files = isAllInOne
    ? // What it does follows from the files; there is no action to name.
      { media: allInOneMedia(request) }
    : {
        action: request.mode === 't2v' ? 'text2video' : 'image2video',
        image_url: inputsOf(request, 'first_frame')[0]?.url,
        reference_video_urls: clips.length === 0 ? undefined : clips,
        audio_url: inputsOf(request, 'driving_audio')[0]?.url,
      };
  const fields = {
    model: request.model,
    prompt: request.prompt,
    negative_prompt: request.negativePrompt,
    ...files,
    size: request.size,
    resolution: request.resolution,
    ratio: request.ratio,
    duration: request.duration,
    shot_type: request.shotType,
    audio: request.audio ?? true,
    prompt_extend: request.promptExtend ?? true,
    watermark: request.watermark,
    seed: request.seed,
    callback_url: request.callbackUrl,
    // Without it the call stays open for the minutes that the video takes.
    async: true,
    ...request.extras,
  };
  const body = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { method: 'POST', path: '/wan/videos', body: withOverrides(body, request.overrides, '') };
}

/** An error object, a bare text, or `detail`, for any status: the gateway and the guides differ. */
function readRefusal(body: unknown): Refusal | undefined {
  return refusalOf(readLoosely(result, body));
}

export const acedataProtocol: Protocol = {
  submit,
  readTaskId: (body, written) => readId(at(body, 'task_id'), written),
  query: (id) => ({ method: 'POST', path: '/wan/tasks', body: { action: 'retrieve', id } }),
  readTask,
  readRefusal,
  list: taskList,
  // No task has this id: a good token is answered with nothing, a bad one with 401.
  checkKey: {
    method: 'POST',
    path: '/wan/tasks',
    body: { action: 'retrieve', id: '00000000-0000-0000-0000-000000000000' },
  },
  checkMayBeEmpty: true,
  meaningOf,
  // Nobody promises that a 429 of its gateway means "not accepted".
  retriesRefusedSubmits: false,
  saysRefused: (body) => readLoosely(result, body)?.success === false,
  refusesWithServerErrors: false,
  failuresAreFree: true,
};
