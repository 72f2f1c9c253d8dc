// Sizes, resolution tiers and aspect ratios, and the way from one vocabulary to the other. Source of all pixel
// tables: Alibaba Model Studio, Wan API references (legacy text-to-video page and the 2.7 pages), read 2026-05-30.

/** Pixels as the services write them: `1280*720`, with an asterisk. */
export type Size = `${number}*${number}`;

export const resolutions = ['480P', '720P', '1080P'] as const;
export type Resolution = (typeof resolutions)[number];

export const ratios = ['adaptive', '16:9', '9:16', '1:1', '4:3', '3:4', '21:9'] as const;
export type Ratio = (typeof ratios)[number];

/** The pixels that a tier and a ratio stand for. A missing cell is not offered. */
export type PixelTable = Partial<Record<Resolution, Partial<Record<Ratio, Size>>>>;

const pixels480 = { '16:9': '832*480', '9:16': '480*832', '1:1': '624*624' } as const;

/** Models up to 2.6, which take `size`. 4:3 and 3:4 differ from the table of 2.7. */
export const sizePixels = {
  '480P': pixels480,
  '720P': { '16:9': '1280*720', '9:16': '720*1280', '1:1': '960*960', '4:3': '1088*832', '3:4': '832*1088' },
  '1080P': {
    '16:9': '1920*1080',
    '9:16': '1080*1920',
    '1:1': '1440*1440',
    '4:3': '1632*1248',
    '3:4': '1248*1632',
  },
} as const satisfies PixelTable;

/** What 2.7 makes of resolution and ratio; 3.0 is believed to do the same (unconfirmed), and adds 480P. */
export const tierPixels = {
  '480P': pixels480,
  '720P': { '16:9': '1280*720', '9:16': '720*1280', '1:1': '960*960', '4:3': '1104*832', '3:4': '832*1104' },
  '1080P': {
    '16:9': '1920*1080',
    '9:16': '1080*1920',
    '1:1': '1440*1440',
    '4:3': '1648*1248',
    '3:4': '1248*1648',
  },
} as const satisfies PixelTable;

/** How a model is told the shape of its picture. */
export type Geometry =
  /** Not at all: size and shape are the input's. */
  | { kind: 'input' }
  /** By `size`; the table's cells are the legal values. */
  | { kind: 'size'; pixels: PixelTable; resolution: Resolution; ratio: Ratio }
  /** By `resolution` alone; the shape follows the input. */
  | { kind: 'resolution'; resolutions: readonly Resolution[]; resolution: Resolution }
  /** By `resolution` and `ratio`; the table says which pixels come out. */
  | {
      kind: 'resolution+ratio';
      pixels: PixelTable;
      ratios: readonly Ratio[];
      resolution: Resolution;
      /** Absent where the input's own is kept. */
      ratio?: Ratio;
    };

export type Dimensions = { width: number; height: number };

/** Reads `1280*720`, `1280x720` or `1280×720`. Undefined when it is none of them. */
export function parseSize(text: string): Dimensions | undefined {
  const match = /^\s*(\d{1,5})\s*[*xX×]\s*(\d{1,5})\s*$/u.exec(text);
  if (match === null) return undefined;
  const [width, height] = [Number(match[1]), Number(match[2])];
  return width > 0 && height > 0 ? { width, height } : undefined;
}

export function formatSize({ width, height }: Dimensions): Size {
  return `${width}*${height}`;
}

/** Every legal size of a table, largest tier last, each with the tier and ratio that it stands for. */
export function sizesOf(pixels: PixelTable): { size: Size; resolution: Resolution; ratio: Ratio }[] {
  return resolutions.flatMap((resolution) =>
    ratios.flatMap((ratio) => {
      const size = pixels[resolution]?.[ratio];
      return size === undefined ? [] : [{ size, resolution, ratio }];
    }),
  );
}

/** The tiers a geometry offers, lowest first. */
export function resolutionsOf(geometry: Geometry): Resolution[] {
  if (geometry.kind === 'input') return [];
  if (geometry.kind === 'resolution') return [...geometry.resolutions];
  return resolutions.filter((resolution) => geometry.pixels[resolution] !== undefined);
}

/** The ratios a geometry offers; none where the shape follows the input. */
export function ratiosOf(geometry: Geometry): Ratio[] {
  if (geometry.kind === 'resolution' || geometry.kind === 'input') return [];
  if (geometry.kind === 'resolution+ratio') return [...geometry.ratios];
  return ratios.filter((ratio) => resolutions.some((tier) => geometry.pixels[tier]?.[ratio] !== undefined));
}

/** The legal size nearest to what was asked: same shape first, then a like number of pixels. */
export function nearestSize(asked: Dimensions, pixels: PixelTable): Size | undefined {
  const distance = (size: Size) => {
    const { width, height } = parseSize(size) ?? asked;
    const shape = Math.abs(Math.log(width / height / (asked.width / asked.height)));
    const area = Math.abs(Math.log((width * height) / (asked.width * asked.height)));
    return shape * 4 + area;
  };
  const candidates = sizesOf(pixels).map((cell) => ({ size: cell.size, distance: distance(cell.size) }));
  return candidates.toSorted((a, b) => a.distance - b.distance)[0]?.size;
}
