import { existsSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../core/errors.ts';
import type { MediaInput } from '../core/request.ts';
import { shorten } from '../core/plain-text.ts';
import { cutQuery } from '../core/shown-link.ts';
import type { MediaFlag } from './options.ts';

const images = new Set(['jpg', 'jpeg', 'png', 'bmp', 'webp']);
const videos = new Set(['mp4', 'mov']);

/** @throws {UsageError} for what is no address, and for a reference whose kind its ending does not tell */
export function readMedia(flags: readonly MediaFlag[], cwd: string): MediaInput[] {
  return flags.map(({ flag, value }) => {
    const url = readAddress(`--${flag}`, value, cwd);
    switch (flag) {
      case 'image':
        return { role: 'first_frame', url };
      case 'ref-image':
        return { role: 'reference_image', url };
      case 'ref-video':
        return { role: 'reference_video', url };
      case 'ref':
        return { role: kindOf(url), url };
    }
  });
}

/**
 * An address that the service can fetch: http, https, or `oss://` of an upload.
 * @throws {UsageError} for local files, which are not supported yet, and for anything else
 */
export function readAddress(flag: string, value: string, cwd: string): string {
  const text = value.trim();
  const hint = 'give an http(s) address that the service can reach';
  if (/^https?:\/\//iu.test(text)) {
    if (URL.canParse(text) && /^[\x21-\x7e\u0080-\u{10ffff}]+$/u.test(text)) return text;
    throw new UsageError(`${flag} ${shorten(cutQuery(text), 80)} is not a whole address`, { hint });
  }
  if (/^oss:\/\/[^\s]+$/iu.test(text) && URL.canParse(text)) return text;
  if (/^data:/iu.test(text)) throw new UsageError(`${flag}: data URLs are not supported yet`, { hint });
  if (/^[a-z][a-z0-9+.-]+:\/\//iu.test(text) && !/^file:/iu.test(text)) {
    throw new UsageError(`${flag} ${shorten(cutQuery(text), 80)} is not an address that services fetch`, {
      hint,
    });
  }
  const file = text.replace(/^file:\/\//iu, '');
  if (!existsSync(path.resolve(cwd, file))) {
    throw new UsageError(`${flag} ${shorten(file, 80)}: there is no such file`, {
      hint: 'give an http(s) address: local files are not supported yet',
    });
  }
  throw new UsageError(`${flag} ${shorten(file, 80)}: local files are not supported yet`, { hint });
}

/** An address that a service calls: http or https. @throws {UsageError} */
export function readCallback(value: string): string {
  const text = value.trim();
  if (/^https?:\/\//iu.test(text) && URL.canParse(text)) return text;
  throw new UsageError(`--callback-url ${shorten(text, 80)} is not an http(s) address`, {
    hint: '--callback-url https://example.com/hook',
  });
}

function kindOf(url: string): 'reference_image' | 'reference_video' {
  const ending = /\.([a-z0-9]+)$/iu.exec(new URL(url).pathname)?.[1]?.toLowerCase() ?? '';
  if (images.has(ending)) return 'reference_image';
  if (videos.has(ending)) return 'reference_video';
  throw new UsageError(
    `--ref ${shorten(cutQuery(url), 80)}: its ending does not tell whether it is an image or a clip`,
    {
      hint: 'use --ref-image or --ref-video for it',
    },
  );
}
