import type { Dimensions } from '../core/geometry.ts';

/** Picture formats that can be told apart. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'bmp' | 'gif' | 'tiff';

/** What the first bytes of a picture say. A TIFF's size stands anywhere in it, so that is not read. */
export type ImageHeader = {
  format: ImageFormat;
  size: Dimensions | undefined;
  /** Set for a PNG with an alpha channel; of other formats the documents say nothing. */
  hasAlpha?: true;
};

/** Reads format and pixels off the first bytes of a picture; undefined when it is none that is known. */
export function readImageHeader(bytes: Buffer): ImageHeader | undefined {
  for (const read of [png, jpeg, webp, bmp, gif, tiff]) {
    const header = read(bytes);
    if (header !== undefined) return header;
  }
  return undefined;
}

function known(format: ImageFormat, width: number, height: number): ImageHeader {
  return { format, size: width > 0 && height > 0 ? { width, height } : undefined };
}

function starts(bytes: Buffer, signature: string, at = 0): boolean {
  return bytes.subarray(at, at + signature.length).toString('latin1') === signature;
}

function png(bytes: Buffer): ImageHeader | undefined {
  if (!starts(bytes, '\x89PNG\r\n\x1a\n') || bytes.length < 24) return undefined;
  const header = known('png', bytes.readUInt32BE(16), bytes.readUInt32BE(20));
  // Colour types 4 and 6 have an alpha channel.
  return bytes[25] === 4 || bytes[25] === 6 ? { ...header, hasAlpha: true } : header;
}

/** Walks the segments to the frame header, which large EXIF blocks can push far back. */
function jpeg(bytes: Buffer): ImageHeader | undefined {
  if (!starts(bytes, '\xff\xd8\xff')) return undefined;
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    // Padding, and markers that stand alone.
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else if (isFrame(marker)) return known('jpeg', bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5));
    else at += 2 + bytes.readUInt16BE(at + 2);
  }
  return { format: 'jpeg', size: undefined };
}

/** SOF0 to SOF15, without the tables that share their range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function webp(bytes: Buffer): ImageHeader | undefined {
  if (!starts(bytes, 'RIFF') || !starts(bytes, 'WEBP', 8) || bytes.length < 30) return undefined;
  if (starts(bytes, 'VP8X', 12))
    return known('webp', bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1);
  if (starts(bytes, 'VP8L', 12)) {
    const bits = bytes.readUInt32LE(21);
    return known('webp', (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
  }
  if (starts(bytes, 'VP8 ', 12)) {
    return known('webp', bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff);
  }
  return undefined;
}

function bmp(bytes: Buffer): ImageHeader | undefined {
  if (!starts(bytes, 'BM') || bytes.length < 26) return undefined;
  // A negative height means that the rows run from the top.
  return known('bmp', Math.abs(bytes.readInt32LE(18)), Math.abs(bytes.readInt32LE(22)));
}

function gif(bytes: Buffer): ImageHeader | undefined {
  if (!/^GIF8[79]a/u.test(bytes.subarray(0, 6).toString('latin1')) || bytes.length < 10) return undefined;
  return known('gif', bytes.readUInt16LE(6), bytes.readUInt16LE(8));
}

function tiff(bytes: Buffer): ImageHeader | undefined {
  return starts(bytes, 'II*\0') || starts(bytes, 'MM\0*') ? { format: 'tiff', size: undefined } : undefined;
}
