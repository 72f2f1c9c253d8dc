/** A path with the home directory for a `~` that no shell has replaced: in settings, variables and `--flag=~/x`. */
export function expandHome(text: string, home: string | undefined): string {
  if (home === undefined || !/^~(?:$|[\\/])/u.test(text)) return text;
  return `${home.replace(/[\\/]$/u, '')}${text.slice(1)}`;
}
