import { describe, expect, test } from 'vitest';
import * as all from '../../src/catalog/media-profiles.ts';
import type { MediaProfile } from '../../src/core/media-profile.ts';

const entries = Object.entries(all).filter(
  (entry): entry is [string, (typeof entry)[1] & MediaProfile] => typeof entry[1] === 'object',
);

describe('media profiles', () => {
  test.each(entries)('%s is named as it is exported, with limits in order', (name, row) => {
    const profile: MediaProfile = row;
    expect(profile.name).toBe(name);
    expect(new Set(profile.formats).size).toBe(profile.formats.length);
    expect(profile.formats).not.toHaveLength(0);
    if (profile.sides !== undefined) expect(profile.sides.min).toBeLessThan(profile.sides.max);
    if (profile.seconds !== undefined) expect(profile.seconds.min ?? 0).toBeLessThan(profile.seconds.max);
  });

  test('have limits in binary megabytes', () => {
    expect(all.img20.maxBytes).toBe(20_971_520);
    expect(all.vid10.maxBytes).toBe(104_857_600);
  });
});
