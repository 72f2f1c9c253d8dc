import { withoutControls } from './plain-text.ts';
import { asLink, spellLink } from './untrusted.ts';

/** A link to a result, where a service has one. */
export type ResultLink = {
  /** The service's own spelling, without control characters. */
  written: string;
  /** An address, or a reference that wants the API's address in front; undefined where it is neither. */
  link: string | undefined;
};

/** Longer ones are no links, and would fill the record. */
const maxLength = 8192;

/** A link where a service may have put one: a text, the first good one of a list, or an object around it. */
export function asResultLink(value: unknown): ResultLink | undefined {
  if (Array.isArray(value)) return pickLink(value.slice(0, 100).map(asResultLink));
  if (typeof value === 'object' && value !== null) {
    const { video_url: video, url } = value as Record<string, unknown>;
    return pickLink(
      [video, url].map((inner) => (typeof inner === 'string' ? asResultLink(inner) : undefined)),
    );
  }
  if (typeof value !== 'string' || value.trim() === '' || value.length > maxLength) return undefined;
  return { written: withoutControls(value), link: asLink(value) ?? asReference(value) };
}

/** The first that leads anywhere; else the first that was written at all. */
export function pickLink(places: readonly (ResultLink | undefined)[]): ResultLink | undefined {
  return places.find((place) => place?.link !== undefined) ?? places.find((place) => place !== undefined);
}

/** A report's part about its link. */
export function reportLink(found: ResultLink | undefined): { links: string[]; written?: string } {
  if (found === undefined) return { links: [] };
  const { link, written } = found;
  if (link === undefined) return { links: [], written };
  return link === written ? { links: [link] } : { links: [link], written };
}

// `//host/…`, `/path`, `./path`; `host.tld/…` and `host:port/…` without a scheme; a bare name only of a video.
const withoutScheme = /^\/\/[^/?#\\]/u;
const withoutHost = /^\.{0,2}\/[^/\\]/u;
const hostFirst = /^(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d{1,5})?\/|^[a-z0-9.-]+:\d{1,5}\//iu;
const videoName = /^[^:?#\\]+\.(?:mp4|m4v|mov|webm)(?:[?#]|$)/iu;

function asReference(written: string): string | undefined {
  const reference = spellLink(written);
  return [withoutScheme, withoutHost, hostFirst, videoName].some((form) => form.test(reference))
    ? reference
    : undefined;
}

/** The address that a link means to who asked the API at `base`; undefined where it means none. */
export function resolveLink(link: string, base: string): string | undefined {
  const whole = wholeLink(link, base);
  return whole === undefined ? undefined : asLink(whole);
}

function wholeLink(link: string, base: string): string | undefined {
  if (/^https?:\/\//iu.test(link)) return link;
  if (!URL.canParse(base)) return undefined;
  const { protocol, origin } = new URL(base);
  if (withoutScheme.test(link)) return `${protocol}${link}`;
  if (link.startsWith('/')) return `${origin}${link}`;
  if (hostFirst.test(link)) return `${protocol}//${link}`;
  const folder = `${base.replace(/[?#].*$/su, '').replace(/\/+$/u, '')}/`;
  return URL.canParse(link, folder) ? new URL(link, folder).href : undefined;
}
