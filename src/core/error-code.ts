/** The system's name of a failure (`ENOENT`, `EEXIST`, ...), or undefined when the error carries none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
