/** Why a file is no whole MP4: one line that completes "is not a whole MP4 file: ". */
export class Mp4Fault extends Error {}

/** A box of an MP4 file. All numbers are byte offsets from the start of what was walked. */
export type Box = {
  type: string;
  /** Where its content begins, after size and type. */
  content: number;
  /** The first byte after it. */
  end: number;
};

/** Bytes from an offset on; fewer than asked for only at the end of the file. */
export type ReadBytes = (offset: number, length: number) => Promise<Buffer>;

const longHeaderBytes = 16;
// A fragmented hour has some thousand. Without a limit, a gigabyte of eight-byte boxes would take minutes.
const maxBoxes = 20_000;
const pieceBytes = 256 * 1024;
// Printable ASCII, and the copyright sign of QuickTime's names.
const typePattern = /^[\u0020-\u007e\u00a9]{4}$/u;
const mayComeFirst = new Set(['free', 'skip', 'wide', 'uuid', 'pdin']);

// What writers put at the top: one of these that reaches over the end was cut off, whatever else is whole.
const topTypes =
  'ftyp styp moov moof mdat mfra mfro free skip wide uuid pdin sidx ssix prft emsg meta meco udta'.split(' ');

/**
 * The boxes at the top of a file, each whole and inside it, with `ftyp` before the film and `moov` and `mdat` among
 * them. A file cut off behind a leading `moov` looks whole to everything but this. What stands behind a whole film and
 * begins no known box, such as a camera's own notes, is none of it: `end` is where the film ends.
 * @param isOld QuickTime's first writers put no `ftyp` in front
 * @throws Mp4Fault
 */
export async function walkTopBoxes(
  read: ReadBytes,
  fileBytes: number,
  isOld = false,
): Promise<{ boxes: Box[]; end: number }> {
  const boxes: Box[] = [];
  const needed = isOld ? ['moov', 'mdat'] : ['ftyp', 'moov', 'mdat'];
  const has = (type: string) => boxes.some((box) => box.type === type);
  let at = 0;
  while (at < fileBytes) {
    if (boxes.length >= maxBoxes) throw new Mp4Fault(`it has more than ${maxBoxes} boxes`);
    // Where the next box is, only this one tells.
    // oxlint-disable-next-line no-await-in-loop
    const header = await read(at, longHeaderBytes);
    if (needed.every(has) && beginsNoBox(header, fileBytes - at, has('moof'))) {
      // oxlint-disable-next-line no-await-in-loop -- the last thing that is read
      if (has('moof') && (await holdsFragment(read, at, fileBytes))) {
        throw new Mp4Fault(`it is damaged at byte ${at}, in front of more of its film`);
      }
      break;
    }
    const box = readHeader(header, at, fileBytes);
    const isFilm = isOld || has('ftyp') || box.type === 'ftyp';
    if (!isFilm && !mayComeFirst.has(box.type)) throw new Mp4Fault('it does not begin like one');
    boxes.push(box);
    at = box.end;
  }
  for (const type of needed) if (!has(type)) throw new Mp4Fault(`it has no ${type} box`);
  return { boxes, end: at };
}

/** @param left how many bytes there are from here on, @param isFragmented whether more film may follow its index */
function beginsNoBox(header: Buffer, left: number, isFragmented: boolean): boolean {
  const size = header.length >= 4 ? header.readUInt32BE(0) : undefined;
  const type = header.toString('latin1', 4, 8);
  if (left < 8) {
    // Of a box that was cut off within its header only the length may be there.
    if (type === '') return !isFragmented || size === 0 || header[0] !== 0;
    return size === 0 || !topTypes.some((known) => known.startsWith(type));
  }
  if (topTypes.includes(type)) return false;
  const fits = size === 1 || size === 0 || (size !== undefined && size >= 8 && size <= left);
  return !typePattern.test(type) || !fits;
}

/** Whether a part of a fragmented film stands behind bytes that are no box: then those are damage. */
async function holdsFragment(read: ReadBytes, from: number, fileBytes: number): Promise<boolean> {
  for (let at = from; at < fileBytes; at += pieceBytes) {
    // Some bytes more, for a name that two pieces share.
    // oxlint-disable-next-line no-await-in-loop -- one piece in memory at a time
    if ((await read(at, pieceBytes + 3)).includes('moof', 0, 'latin1')) return true;
  }
  return false;
}

/**
 * The boxes inside a part of a buffer. Zeros at the end, which old writers leave, are not a box.
 * @throws Mp4Fault when one reaches over the end
 */
export function walkInnerBoxes(bytes: Buffer, start: number, end: number): Box[] {
  const boxes: Box[] = [];
  let at = start;
  while (end - at >= 8 && bytes.readUInt32BE(at) !== 0) {
    const box = readHeader(bytes.subarray(at, at + longHeaderBytes), at, end);
    boxes.push(box);
    at = box.end;
  }
  return boxes;
}

function readHeader(header: Buffer, start: number, limit: number): Box {
  const left = limit - start;
  if (left < 8 || header.length < 8) throw new Mp4Fault(`it is cut off inside a box at byte ${start}`);
  const type = header.toString('latin1', 4, 8);
  if (!typePattern.test(type)) throw new Mp4Fault(`there is no box at byte ${start}`);
  const short = header.readUInt32BE(0);
  const isLong = short === 1;
  if (isLong && header.length < longHeaderBytes) throw new Mp4Fault(`its ${type} box is cut off`);
  const headerBytes = isLong ? longHeaderBytes : 8;
  // 0 means "to the end". Beyond 2^53 the comparison below still holds, only roughly.
  const size = isLong ? Number(header.readBigUInt64BE(8)) : short === 0 ? left : short;
  if (size < headerBytes) throw new Mp4Fault(`its ${type} box at byte ${start} has no legal size`);
  if (size > left) {
    throw new Mp4Fault(`it is cut off: its ${type} box has ${size} bytes, of which ${left} are there`);
  }
  return { type, content: start + headerBytes, end: start + size };
}
