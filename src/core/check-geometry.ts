import {
  formatSize,
  nearestSize,
  parseSize,
  ratiosOf,
  resolutions,
  resolutionsOf,
  sizesOf,
  type Geometry,
  type PixelTable,
  type Ratio,
  type Resolution,
  type Size,
} from './geometry.ts';
import { isProblem, type Problem } from './problem.ts';
import type { Wish } from './wish.ts';

/** Shape fields in the words that a model takes. */
export type Shape = { size?: Size; resolution?: Resolution; ratio?: Ratio };

/** Where something can be chosen. */
type ChosenGeometry = Exclude<Geometry, { kind: 'input' }>;

type Asked = Pick<Wish, 'size' | 'resolution' | 'ratio'>;

/**
 * One vocabulary over all models: turns `--size`, `--resolution` and `--ratio` into what this model takes.
 * Nothing asked is nothing sent.
 */
export function shapeFor(asked: Asked, geometry: Geometry, modelId: string): Shape | Problem {
  if (geometry.kind === 'input') return refuseShape(asked, modelId);
  const resolution = readResolution(asked.resolution, geometry);
  if (isProblem(resolution)) return resolution;
  const ratio = readRatio(asked.ratio, geometry, modelId);
  if (isProblem(ratio)) return ratio;
  if (asked.size === undefined) return withoutSize({ resolution, ratio }, geometry);

  if (geometry.kind === 'resolution') {
    return {
      message: `--size ${asked.size}: ${modelId} takes its shape from the input`,
      hint: `use --resolution ${resolutionsOf(geometry).join(' or ')}`,
      isMissingFeature: true,
    };
  }
  const cell = readSize(asked.size, geometry.pixels);
  if (isProblem(cell)) return cell;
  const clash =
    resolution !== undefined && resolution !== cell.resolution
      ? `--resolution ${resolution}`
      : ratio !== undefined && ratio !== cell.ratio
        ? `--ratio ${ratio}`
        : undefined;
  if (clash !== undefined) {
    return {
      message: `--size ${cell.size} (${cell.resolution}, ${cell.ratio}) contradicts ${clash}`,
      hint: `leave out ${clash}, or leave out --size`,
    };
  }
  return geometry.kind === 'size' ? { size: cell.size } : { resolution: cell.resolution, ratio: cell.ratio };
}

/** Nothing of the picture can be chosen. */
function refuseShape({ size, resolution, ratio }: Asked, modelId: string): Shape | Problem {
  const flag = [
    size === undefined ? undefined : '--size',
    resolution === undefined ? undefined : '--resolution',
    ratio === undefined ? undefined : '--ratio',
  ].find((name) => name !== undefined);
  if (flag === undefined) return {};
  return {
    message: `${modelId} takes its shape from the input`,
    hint: `leave out ${flag}`,
    isMissingFeature: true,
  };
}

/** The pixels that will come out, or undefined where the input or the service decides. */
export function pixelsOf(shape: Shape, geometry: Geometry): Size | undefined {
  if (shape.size !== undefined) return shape.size;
  if (geometry.kind === 'resolution' || geometry.kind === 'input') return undefined;
  const ratio = shape.ratio ?? geometry.ratio;
  return ratio === undefined ? undefined : geometry.pixels[shape.resolution ?? geometry.resolution]?.[ratio];
}

function withoutSize(
  asked: { resolution: Resolution | undefined; ratio: Ratio | undefined },
  geometry: ChosenGeometry,
): Shape | Problem {
  const { resolution, ratio } = asked;
  if (resolution === undefined && ratio === undefined) return {};
  if (geometry.kind === 'size') {
    const [tier, shape] = [resolution ?? geometry.resolution, ratio ?? geometry.ratio];
    const size = geometry.pixels[tier]?.[shape];
    if (size !== undefined) return { size };
    return {
      message: `there is no ${shape} picture at ${tier}`,
      hint: `use --size ${sizesOf(geometry.pixels)
        .map((cell) => cell.size)
        .join(' ')}`,
    };
  }
  return {
    ...(resolution === undefined ? {} : { resolution }),
    ...(ratio === undefined ? {} : { ratio }),
  };
}

function readResolution(
  text: string | undefined,
  geometry: ChosenGeometry,
): Resolution | undefined | Problem {
  if (text === undefined) return undefined;
  const legal = resolutionsOf(geometry);
  const lines = /^\s*(\d{3,4})\s*p?\s*$/iu.exec(text)?.[1];
  const tier = resolutions.find((candidate) => candidate === `${lines}P`);
  if (tier !== undefined && legal.includes(tier)) return tier;
  const wanted = Number(lines ?? resolutions.at(-1)?.replace('P', ''));
  const nearest = legal.toSorted(
    (a, b) => Math.abs(Number.parseInt(a, 10) - wanted) - Math.abs(Number.parseInt(b, 10) - wanted),
  )[0];
  return {
    message: `--resolution ${text} is not offered (${legal.join(', ')})`,
    hint: `the nearest is --resolution ${nearest}`,
  };
}

function readRatio(
  text: string | undefined,
  geometry: Geometry,
  modelId: string,
): Ratio | undefined | Problem {
  if (text === undefined) return undefined;
  const legal = ratiosOf(geometry);
  if (legal.length === 0) {
    return {
      message: `--ratio ${text}: ${modelId} takes its shape from the input`,
      hint: 'leave out --ratio',
      isMissingFeature: true,
    };
  }
  const ratio = legal.find((candidate) => candidate === text.trim().toLowerCase());
  if (ratio !== undefined) return ratio;
  return {
    message: `--ratio ${text} is not offered (${legal.join(', ')})`,
    hint: `the nearest is --ratio ${nearestRatio(text, legal)}`,
  };
}

function nearestRatio(text: string, legal: readonly Ratio[]): Ratio | undefined {
  const value = (ratio: string) => {
    const [width, height] = ratio.split(/[:x/]/u).map(Number);
    return Math.log((width ?? Number.NaN) / (height ?? Number.NaN));
  };
  const wanted = value(text);
  if (!Number.isFinite(wanted)) return legal.find((ratio) => ratio !== 'adaptive') ?? legal[0];
  const shaped = legal.filter((ratio) => Number.isFinite(value(ratio)));
  const [nearest] = shaped.toSorted((a, b) => Math.abs(value(a) - wanted) - Math.abs(value(b) - wanted));
  // Where only `adaptive` is offered, that it is.
  return nearest ?? legal[0];
}

function readSize(text: string, pixels: PixelTable): ReturnType<typeof sizesOf>[number] | Problem {
  const asked = parseSize(text);
  const legal = sizesOf(pixels);
  if (asked === undefined) {
    return {
      message: `--size ${text} is not a size in pixels`,
      hint: `write it as --size ${legal.at(0)?.size.replace('*', 'x')}`,
    };
  }
  const cell = legal.find((candidate) => candidate.size === formatSize(asked));
  if (cell !== undefined) return cell;
  return {
    message: `--size ${text} is not offered (${legal.map((candidate) => candidate.size).join(' ')})`,
    hint: `the nearest is --size ${nearestSize(asked, pixels)?.replace('*', 'x')}`,
  };
}
