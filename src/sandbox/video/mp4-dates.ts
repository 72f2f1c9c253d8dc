const CONTAINERS = new Set(['moov', 'trak', 'mdia']);
const DATED = new Set(['mvhd', 'tkhd', 'mdhd']);

/**
 * Sets the creation and modification times of an MP4 file to zero ("unknown"), in place, and gives the file back.
 * The writer puts the current time there, and one spec must always give the same bytes.
 */
export function forgetDates(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  walk(new DataView(file.buffer, file.byteOffset, file.byteLength), 0, file.byteLength);
  return file;
}

function walk(view: DataView, start: number, end: number): void {
  for (let at = start; at + 8 <= end;) {
    const short = view.getUint32(at);
    const head = short === 1 ? 16 : 8;
    const size = short === 1 ? Number(view.getBigUint64(at + 8)) : short === 0 ? end - at : short;
    if (size < head) return;
    const type = String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(at + offset)));
    if (CONTAINERS.has(type)) walk(view, at + head, at + size);
    // One byte of version and three of flags, then both times, of 8 bytes each in version 1.
    if (DATED.has(type)) zero(view, at + head + 4, view.getUint8(at + head) === 1 ? 16 : 8);
    at += size;
  }
}

function zero(view: DataView, start: number, length: number): void {
  for (let at = start; at < start + length; at += 1) view.setUint8(at, 0);
}
