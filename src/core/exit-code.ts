/** Exit codes of the program: a promise to scripts, listed in `wan --help` and the README. */
export const ExitCode = {
  ok: 0,
  error: 1,
  usage: 2,
  auth: 3,
  quota: 4,
  timeout: 5,
  network: 6,
  confirmation: 7,
  not_finished: 8,
  generation_failed: 9,
  content_filter: 10,
  not_found: 11,
  some_failed: 12,
  not_saved: 13,
  unconfirmed: 14,
  interrupted: 130,
  terminated: 143,
} as const;

/** The short name of a kind of failure, as `error.class` shows it: one per exit code. */
export type ErrorClass = Exclude<keyof typeof ExitCode, 'ok'>;
