const utcPlus8 = 8 * 3_600_000;

/** A time as DashScope's replies write it: `2026-04-16 23:13:40.553`, in UTC+8 without saying so. */
export function beijingTime(ms: number): string {
  return new Date(ms + utcPlus8).toISOString().replace('T', ' ').replace('Z', '');
}

/** The day there, `2026-04-16`. */
export function beijingDay(ms: number): string {
  return beijingTime(ms).slice(0, 10);
}
