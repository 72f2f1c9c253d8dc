import type { Asset } from '../core/asset.ts';
import { formatBytes } from '../core/bytes.ts';
import { UsageError, type WanError } from '../core/errors.ts';
import type { UploadTools } from './upload-order.ts';

/** Milliseconds before another try: uploading twice costs nothing. */
const delaysMs = [1_000, 3_000, 8_000];
/** A service that asks for more is not waited for. */
const maxRetryAfterMs = 120_000;

/** Waits before another try, or throws the failure when there were enough of them. */
export class Patience {
  #tries = 0;
  readonly #tools: UploadTools;

  constructor(tools: UploadTools) {
    this.#tools = tools;
  }

  async waitOrThrow(error: WanError, afterMs?: number): Promise<void> {
    const delay = delaysMs[this.#tries];
    if (delay === undefined || (afterMs ?? 0) > maxRetryAfterMs) throw error;
    this.#tries += 1;
    this.#tools.notice(`${error.message}; trying again`);
    await this.#tools.clock.sleep(Math.max(delay, afterMs ?? 0), this.#tools.signal);
  }
}

/** `1f0c…-my-cat.png`: ASCII, as some models refuse other names, and never used before. */
export function uniqueName({ name, extension }: Asset, random: () => number): string {
  const unique = Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join('');
  const stem = name
    .replace(/\.[^.]*$/u, '')
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/gu, '-')
    .replace(/^-+/u, '')
    .slice(0, 40)
    .replace(/-+$/u, '');
  return `${unique}-${stem === '' ? 'file' : stem}.${extension}`;
}

/** @throws {UsageError} that names both sizes */
export function checkSize(asset: Asset, maxBytes: number | undefined, who: string): void {
  if (maxBytes === undefined || asset.bytes <= maxBytes) return;
  throw new UsageError(
    `${asset.name} has ${formatBytes(asset.bytes)}, and ${who} takes files up to ${formatBytes(maxBytes)}`,
    { hint: `make it smaller than ${formatBytes(maxBytes)}, or host it and give its https address` },
  );
}
