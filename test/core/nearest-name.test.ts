import { expect, test } from 'vitest';
import { nearestName } from '../../src/core/nearest-name.ts';

const names = [
  'wan2.6-t2v',
  'wan2.6-i2v-flash',
  'wan2.6-i2v',
  'wan2.5-t2v-preview',
  'wan2.2-kf2v-flash',
  'wan3.0-video',
];

test.each([
  ['wan2.6-tv2', 'wan2.6-t2v'],
  ['wan26-t2v', 'wan2.6-t2v'],
  ['Wan2.6-T2V', 'wan2.6-t2v'],
  ['wan2.6_t2v', 'wan2.6-t2v'],
  ['wam2.6-t2v', 'wan2.6-t2v'],
  ['wan-2.6-i2v', 'wan2.6-i2v'],
  ['wan2.6-i2v-falsh', 'wan2.6-i2v-flash'],
  ['wan2.5-t2v', 'wan2.5-t2v-preview'],
  ['wan2.2-kf2v', 'wan2.2-kf2v-flash'],
  ['wan3.0', 'wan3.0-video'],
  // Another version is no slip of the finger.
  ['wan2.7-t2v', undefined],
  ['wan4.1-t2v', undefined],
  ['sora', undefined],
  ['wa', undefined],
  ['', undefined],
])('%j is near %j', (typed, name) => {
  expect(nearestName(typed, names)).toBe(name);
});
