import { buildRequest } from '../../src/core/build-request.ts';
import type { Model } from '../../src/core/model.ts';
import type { Wish } from '../../src/core/wish.ts';
import { providers } from '../../src/providers/index.ts';

/** The whole way from a wish to the call that would be sent. */
export function callFor(model: Model, wish: Wish) {
  return providers[model.provider].protocol.submit(buildRequest(wish, model).request, model);
}

export const asyncOnly = { 'X-DashScope-Async': 'enable' };
export const withOss = { ...asyncOnly, 'X-DashScope-OssResourceResolve': 'enable' };

/** What AceData is always told. */
export const always = { audio: true, prompt_extend: true, async: true };
