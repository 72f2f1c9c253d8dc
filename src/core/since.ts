import { UsageError } from './errors.ts';
import { localMinute } from './local-time.ts';

const unitMs: Record<string, number> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};
const example = '--since 24h, 7d, 2w, 2026-11-20 or 2026-11-20T14:00';

/**
 * The moment that `24h`, `1d12h`, a local day (`2026-11-20`: its beginning) or an ISO time means, in milliseconds
 * since 1970. A time without a zone is local.
 * @throws {UsageError} for what is none, and for one to come
 */
export function parseSince(text: string, nowMs: number): number {
  const typed = text.trim();
  const since = agoMs(typed.toLowerCase(), nowMs) ?? dateMs(typed);
  if (since === undefined) {
    throw new UsageError(`--since ${text} is neither a length of time nor a date`, {
      hint: /^\d+$/u.test(typed) ? `--since ${typed}h or ${typed}d` : example,
    });
  }
  if (since > nowMs) {
    throw new UsageError(`--since ${text} is still to come: it is ${localMinute(nowMs)}`, { hint: example });
  }
  return Math.max(0, since);
}

function agoMs(text: string, nowMs: number): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?[smhdw])+$/u.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)([smhdw])/gu)) {
    sum += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  }
  return Number.isFinite(sum) ? nowMs - sum : undefined;
}

function dateMs(text: string): number | undefined {
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/iu.exec(text);
  if (parts === null) return undefined;
  const [, year = '', month = '', day = '', time = '00:00', zone = ''] = parts;
  // A date that is not there, as the 31st of June, would be read as the first of July.
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(day) > last) return undefined;
  const ms = Date.parse(`${year}-${month}-${day}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(ms) ? undefined : ms;
}
