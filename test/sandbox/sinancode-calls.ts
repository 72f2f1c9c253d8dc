import { asObject } from '../../src/core/untrusted.ts';
import { key, latencyMs, type Harness } from './harness.ts';
import { textAt } from './reading.ts';

/** Headers of a call with the usual token. */
export const auth = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };

export const imagePath = '/v1/generate/bailian/wan2-image-to-video';
export const framesPath = '/v1/generate/bailian/wan2-keyframe-to-video';

const picture = 'https://example.com/a.png';
/** A request for each path. */
export const image = { image_url: picture, prompt: 'p' };
export const frames = { first_frame_url: picture, last_frame_url: picture };

/** Submits. */
export function make(
  sandbox: Harness,
  body: unknown = image,
  { path = imagePath, headers = auth }: { path?: string; headers?: Record<string, string> } = {},
) {
  return sandbox.call(path, { method: 'POST', headers, body });
}

/** Asks for a task. */
export function ask(sandbox: Harness, id: string, headers: Record<string, string> = auth) {
  return sandbox.call(`/v1/tasks/${id}`, { headers });
}

/** A task once it is over. */
export async function finished(sandbox: Harness, body: unknown, path = imagePath) {
  const id = textAt(await make(sandbox, body, { path }), 'task_id');
  sandbox.pass(latencyMs);
  return asObject((await ask(sandbox, id)).json) ?? {};
}

/** The address of a finished task's video, in either of the two shapes. */
export function linkOf(record: Record<string, unknown>): string {
  const result: unknown[] = Array.isArray(record['result']) ? record['result'] : [];
  const url = typeof result[0] === 'string' ? result[0] : asObject(result[0])?.['url'];
  if (typeof url !== 'string') throw new Error(`no link in ${JSON.stringify(record)}`);
  return url;
}
