import { formatDuration } from './duration.ts';
import { dateAndTime } from './file-name.ts';

const dayMs = 86_400_000;

/** A moment as people here read it, to the minute: `2026-11-20 14:03`. */
export function localMinute(ms: number): string {
  const { date, time } = dateAndTime(ms);
  return `${date} ${time.slice(0, 5).replace('-', ':')}`;
}

/** The same to the second and with the zone: `2026-11-20 14:03:09 +08:00`. */
export function localTime(ms: number): string {
  const { date, time } = dateAndTime(ms);
  const minutes = -new Date(ms).getTimezoneOffset();
  const two = (value: number) => String(value).padStart(2, '0');
  const zone = `${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  return `${date} ${time.replaceAll('-', ':')} ${minutes < 0 ? '-' : '+'}${zone}`;
}

/** How long ago: `4 s ago`, `2 h 5 min ago`, `12 days ago`. */
export function formatAge(ms: number): string {
  // Clocks of two machines may differ.
  if (ms < 0) return 'just now';
  return `${ms < 2 * dayMs ? formatDuration(ms) : `${Math.floor(ms / dayMs)} days`} ago`;
}
