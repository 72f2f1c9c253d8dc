import path from 'node:path';
import { expandHome } from '../core/home-path.ts';
import type { Context } from './context.ts';

/** A path as somebody wrote it, from the working directory on; `~` is the home directory. */
export function resolvePath(
  { cwd, homeDirectory }: Pick<Context, 'cwd' | 'homeDirectory'>,
  text: string,
): string {
  return path.resolve(cwd, expandHome(text, homeDirectory()));
}
