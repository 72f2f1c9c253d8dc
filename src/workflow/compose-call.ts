import { wordsOf } from '../core/media-rule.ts';
import { UsageError } from '../core/errors.ts';
import { shorten } from '../core/plain-text.ts';
import { cutQueries } from '../core/shown-link.ts';
import type { Model } from '../core/model.ts';
import type { GenerationRequest } from '../core/request.ts';
import { cutQuery } from '../core/shown-link.ts';
import { at } from '../core/untrusted.ts';
import { pathOf } from '../providers/overrides.ts';
import type { HttpCall } from '../providers/protocol.ts';
import type { Connection } from './runtime.ts';

type Place = Pick<Connection, 'provider' | 'paths'>;

/** The call that buys the video: what the protocol makes of the request, on the user's own path where there is one. */
export function composeCall({ provider, paths }: Place, request: GenerationRequest, model: Model): HttpCall {
  const call = provider.protocol.submit(request, model);
  return { ...call, path: paths?.[request.mode] ?? call.path };
}

/**
 * Holds the body against the inputs: one that it has no place for would be dropped, and the video bought without it.
 * The catalogue's rows rule that out, the guessed shape of an unknown model does not. An address that only another
 * service can read is refused too.
 * @throws {UsageError}
 */
export function checkPlaces({ provider }: Place, request: GenerationRequest, model: Model): void {
  const foreign = request.media.find(({ url }) => /^oss:/iu.test(url));
  if (foreign !== undefined && provider.upload.scheme !== 'oss://') {
    throw new UsageError(
      `${provider.title} cannot read oss:// addresses: ${wordsOf(foreign.role, request).flag} ${cutQuery(foreign.url)}`,
      { hint: 'give the file itself, or an https address' },
    );
  }
  const texts = textsIn(provider.protocol.submit({ ...request, overrides: [] }, model).body);
  const lost = request.media.find(({ url }) => !texts.has(url));
  if (lost === undefined) return;
  throw new UsageError(
    `a request for ${model.id} at ${provider.title} has no place for ${wordsOf(lost.role, request).flag}`,
    {
      hint: 'leave it out, or set its field with --param; `wan models` lists what each model takes',
    },
  );
}

function textsIn(value: unknown): Set<string> {
  if (typeof value === 'string') return new Set([value]);
  if (typeof value !== 'object' || value === null) return new Set();
  return new Set(Object.values(value).flatMap((item) => [...textsIn(item)]));
}

/** Which `--param` pairs take the place of something that flags, or the dialect, have put there. */
export function overrideWarnings({ provider }: Place, request: GenerationRequest, model: Model): string[] {
  const { overrides = [], ...plain } = request;
  if (overrides.length === 0) return [];
  const { body } = provider.protocol.submit(plain, model);
  return overrides.flatMap((override) => {
    const path = pathOf(override, provider.paramRoot);
    const replaced = at(body, ...path.map((part) => (/^\d+$/u.test(part) ? Number(part) : part)));
    return replaced === undefined
      ? []
      : [`--param ${override.path} takes the place of ${shorten(JSON.stringify(cutQueries(replaced)), 60)}`];
  });
}
