import type { Mode } from '../core/mode.ts';
import type { ProviderId } from '../core/model.ts';

/** The request shape that an unknown id most likely speaks. */
export function assumedDialect(provider: ProviderId, id: string, mode: Mode): string {
  const generation = /^wanx?(\d+)(?:\.(\d+))?/u.exec(id);
  const major = Number(generation?.[1] ?? 2);
  const minor = Number(generation?.[2] ?? 0);
  switch (provider) {
    case 'acedata':
      return major >= 3 ? 'flat-media' : 'flat';
    case 'sinancode':
      return mode === 'kf2v' ? 'frames' : 'image';
    case 'dashscope':
      if (id.includes('kf2v')) return 'frames';
      if (id.includes('vace')) return 'vace';
      if (/animate|s2v|retalk/u.test(id)) return 'portrait';
      if (major >= 3) return 'all-in-one';
      // Text alone has no files to list.
      return major === 2 && minor >= 7 && !id.includes('t2v') ? 'media-list' : 'input-fields';
  }
}
