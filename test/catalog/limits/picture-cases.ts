import {
  parseSize,
  ratiosOf,
  resolutions,
  resolutionsOf,
  sizesOf,
  type Geometry,
} from '../../../src/core/geometry.ts';
import { hasFlag } from '../command-line.ts';
import type { Task } from '../get-model.ts';
import { beyond, legal, refusedFlag, type LimitCase } from './limit-case.ts';

/** Sizes, resolutions and ratios of a task, each legal one and its neighbours. */
export function pictureCases(task: Task): LimitCase[] {
  const { geometry } = task.rules;
  return [...resolutionCases(task, geometry), ...sizeCases(task, geometry), ...ratioCases(task, geometry)];
}

function resolutionCases(task: Task, geometry: Geometry): LimitCase[] {
  if (geometry.kind === 'input' || !hasFlag(task.mode, '--resolution')) {
    return [refusedFlag(task, '--resolution', '720P', 'leave out --resolution')];
  }
  const offered = resolutionsOf(geometry);
  const nearest = (lines: number) =>
    offered.toSorted(
      (a, b) => Math.abs(lines - Number.parseInt(a, 10)) - Math.abs(lines - Number.parseInt(b, 10)),
    )[0];
  const asked = (tier: string) => ({ flags: ['--resolution', tier] });
  const missing = resolutions.filter((tier) => !offered.includes(tier));
  return [
    ...offered.map((tier) => legal(`--resolution ${tier}`, asked(tier.toLowerCase()))),
    ...[...missing, '2160P', '144p'].map((tier) =>
      beyond(
        `no --resolution ${tier}`,
        asked(tier),
        `the nearest is --resolution ${nearest(Number.parseInt(tier, 10))}`,
      ),
    ),
    beyond('no --resolution 4K', asked('4K'), `the nearest is --resolution ${offered.at(-1)}`),
  ];
}

function sizeCases(task: Task, geometry: Geometry): LimitCase[] {
  if (geometry.kind === 'input' || !hasFlag(task.mode, '--size')) {
    return [refusedFlag(task, '--size', '1280x720', 'leave out --size')];
  }
  if (geometry.kind === 'resolution') {
    const tiers = resolutionsOf(geometry).join(' or ');
    return [refusedFlag(task, '--size', '1280x720', `use --resolution ${tiers}`)];
  }
  const cells = sizesOf(geometry.pixels).map(({ size }) => size.replace('*', 'x'));
  return [
    ...cells.flatMap((size) => {
      const { width, height } = parseSize(size) ?? { width: 0, height: 0 };
      return [
        legal(`--size ${size}`, { flags: ['--size', size] }),
        ...[`${width + 1}x${height}`, `${width}*${height - 1}`].map((asked) =>
          beyond(`no --size ${asked}`, { flags: ['--size', asked] }, `the nearest is --size ${size}`),
        ),
      ];
    }),
    beyond('no --size 16:9', { flags: ['--size', '16:9'] }, `write it as --size ${cells[0]}`),
  ];
}

/** What is nearest to shapes that nobody offers, among all the shapes that some row offers. */
const strangeRatios: Readonly<Record<string, readonly string[]>> = {
  '21:9': ['16:9', 'adaptive'],
  '9:21': ['9:16', 'adaptive'],
  '5:4': ['4:3', 'adaptive'],
  '100:99': ['1:1', 'adaptive'],
  wide: ['16:9', 'adaptive'],
};

function ratioCases(task: Task, geometry: Geometry): LimitCase[] {
  if (!hasFlag(task.mode, '--ratio') || geometry.kind === 'input' || geometry.kind === 'resolution') {
    return [refusedFlag(task, '--ratio', '16:9', 'leave out --ratio')];
  }
  const offered: readonly string[] = ratiosOf(geometry);
  const asked = (ratio: string) => ({ flags: ['--ratio', ratio] });
  const missing = ['16:9', 'adaptive'].filter((ratio) => !offered.includes(ratio));
  // Of a size, one cell of the table is missing here and there; the default tier has all of them.
  const tier = geometry.kind === 'size' ? ['--resolution', resolutionsOf(geometry).at(-1) ?? ''] : [];
  return [
    ...offered.map((ratio) => legal(`--ratio ${ratio}`, { flags: ['--ratio', ratio, ...tier] })),
    ...Object.entries(strangeRatios).map(([ratio, nearest]) =>
      beyond(
        `no --ratio ${ratio}`,
        asked(ratio),
        `the nearest is --ratio ${nearest.find((candidate) => offered.includes(candidate))}`,
      ),
    ),
    ...missing.map((ratio) =>
      beyond(
        `no --ratio ${ratio}`,
        asked(ratio),
        `the nearest is --ratio ${ratio === 'adaptive' ? '16:9' : 'adaptive'}`,
      ),
    ),
  ];
}
