import { UsageError } from './errors.ts';

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds of `90`, `90s`, `30m`, `2h`, `500ms` or `1h30m`; a bare number counts seconds.
 * @throws {UsageError} naming the flag
 */
export function parseDuration(text: string, flag: string): number {
  const trimmed = text.trim().toLowerCase();
  const fail = () =>
    new UsageError(`${flag} ${text} is not a length of time`, { hint: `${flag} 90s, 30m or 2h` });
  if (/^\d+(?:\.\d+)?$/u.test(trimmed)) return bounded(Number(trimmed) * 1000, fail);
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/u.test(trimmed)) throw fail();
  let sum = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/gu)) {
    sum += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  }
  return bounded(sum, fail);
}

/** Timers count to a little over 24 days, and nobody waits that long. */
function bounded(ms: number, fail: () => UsageError): number {
  if (!Number.isFinite(ms) || ms > 24 * 86_400_000) throw fail();
  return Math.round(ms);
}

/** A length of time for people: `4 s`, `1 min 12 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The time a link has left, in words. */
export function describeExpiry(expiresAt: string, nowMs: number): string {
  const left = Date.parse(expiresAt) - nowMs;
  return left > 0 ? `link expires in ${formatDuration(left)}` : 'link expired';
}
