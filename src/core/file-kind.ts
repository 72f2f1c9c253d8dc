/** What a directory entry says of itself: `Stats` of either kind. */
type Kind = { [Question in 'isFile' | 'isDirectory' | 'isFIFO' | 'isSocket']: () => boolean };

/** What something is that is no file, in words; undefined for a file. */
export function oddKind(stats: Kind): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}
