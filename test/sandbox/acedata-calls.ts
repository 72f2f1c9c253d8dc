import { asObject } from '../../src/core/untrusted.ts';
import { key, latencyMs, type Harness } from './harness.ts';
import { textAt } from './reading.ts';

/** Headers of a call with the usual token. */
export const auth = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
/** A request for each model, which the gateway lets through. */
export const text = {
  action: 'text2video',
  model: 'wan2.6-t2v',
  prompt: 'p',
  size: '1280*720',
  duration: 5,
  async: true,
};
export const image = {
  action: 'image2video',
  model: 'wan2.6-i2v',
  prompt: 'p',
  image_url: 'https://example.com/a.png',
  async: true,
};
export const references = {
  model: 'wan2.6-r2v',
  prompt: 'p',
  reference_video_urls: ['https://example.com/a.mp4'],
  async: true,
};
export const wan3 = { model: 'wan3.0-video', prompt: 'p', async: true };

/** Submits. */
export const make = (sandbox: Harness, body: unknown = text, headers: Record<string, string> = auth) =>
  sandbox.call('/wan/videos', { method: 'POST', headers, body });
/** Asks for records. */
export const ask = (sandbox: Harness, body: unknown, headers: Record<string, string> = auth) =>
  sandbox.call('/wan/tasks', { method: 'POST', headers, body });
/** One record, as JSON. */
export const retrieve = async (sandbox: Harness, id: string) =>
  (await ask(sandbox, { action: 'retrieve', id })).json;

/** The record of a request once its task is over. */
export async function finished(sandbox: Harness, body: unknown) {
  const id = textAt(await make(sandbox, body), 'task_id');
  sandbox.pass(latencyMs);
  return asObject(await retrieve(sandbox, id)) ?? {};
}
