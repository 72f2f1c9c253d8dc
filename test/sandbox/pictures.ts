// The first bytes of pictures, made here so that no fixture files are needed.

function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function numbers(write: (buffer: Buffer) => void, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  write(buffer);
  return buffer;
}

/** @param colour PNG's colour type: 2 is plain, 4 and 6 have an alpha channel */
export function png(width: number, height: number, colour = 2): Buffer {
  const head = numbers((buffer) => {
    buffer.writeUInt32BE(13, 0);
    buffer.write('IHDR', 4, 'latin1');
    buffer.writeUInt32BE(width, 8);
    buffer.writeUInt32BE(height, 12);
    buffer.writeUInt8(8, 16);
    buffer.writeUInt8(colour, 17);
  }, 29);
  return Buffer.concat([ascii('\x89PNG\r\n\x1a\n'), head, Buffer.alloc(40)]);
}

/** @param before bytes of other segments in front of the frame header, as a camera's EXIF block is */
export function jpeg(width: number, height: number, before = 20): Buffer {
  const app = numbers((buffer) => {
    buffer.writeUInt16BE(0xffe1, 0);
    buffer.writeUInt16BE(before + 2, 2);
  }, before + 4);
  const table = Buffer.from([0xff, 0xc4, 0x00, 0x04, 0x00, 0x00]);
  const frame = numbers((buffer) => {
    buffer.writeUInt16BE(0xffc2, 0);
    buffer.writeUInt16BE(17, 2);
    buffer.writeUInt8(8, 4);
    buffer.writeUInt16BE(height, 5);
    buffer.writeUInt16BE(width, 7);
  }, 19);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), app, table, Buffer.from([0xff]), frame]);
}

export function bmp(width: number, height: number): Buffer {
  return numbers((buffer) => {
    buffer.write('BM', 'latin1');
    buffer.writeInt32LE(width, 18);
    buffer.writeInt32LE(height, 22);
  }, 54);
}

export function gif(width: number, height: number): Buffer {
  return numbers((buffer) => {
    buffer.write('GIF89a', 'latin1');
    buffer.writeUInt16LE(width, 6);
    buffer.writeUInt16LE(height, 8);
  }, 20);
}

export function webp(kind: 'VP8 ' | 'VP8L' | 'VP8X', width: number, height: number): Buffer {
  return numbers((buffer) => {
    buffer.write('RIFF', 0, 'latin1');
    buffer.write('WEBP', 8, 'latin1');
    buffer.write(kind, 12, 'latin1');
    if (kind === 'VP8X') {
      buffer.writeUIntLE(width - 1, 24, 3);
      buffer.writeUIntLE(height - 1, 27, 3);
    } else if (kind === 'VP8L') {
      buffer.writeUInt8(0x2f, 20);
      buffer.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 21);
    } else {
      buffer.writeUInt16LE(width, 26);
      buffer.writeUInt16LE(height, 28);
    }
  }, 60);
}
