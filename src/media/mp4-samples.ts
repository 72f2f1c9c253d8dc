import { Mp4Fault, walkInnerBoxes, type Box } from './mp4-boxes.ts';

const pathToTables = ['mdia', 'minf', 'stbl'] as const;

/**
 * Holds every picture's and sound's place, as the index names it, against the length of the file: an `mdat` that runs
 * "to the end" does not tell by itself that it was cut off.
 * @param moov the content of the `moov` box
 * @throws Mp4Fault
 */
export function checkSamplePlaces(moov: Buffer, fileBytes: number): void {
  for (const track of walkInnerBoxes(moov, 0, moov.length)) {
    if (track.type !== 'trak') continue;
    let table: Box | undefined = track;
    for (const type of pathToTables) {
      const inner: Box[] = table === undefined ? [] : walkInnerBoxes(moov, table.content, table.end);
      table = inner.find((box) => box.type === type);
    }
    if (table === undefined) throw new Mp4Fault('one of its tracks has no index');
    checkTrack(moov, walkInnerBoxes(moov, table.content, table.end), fileBytes);
  }
}

function checkTrack(moov: Buffer, tables: readonly Box[], fileBytes: number): void {
  const chunks = readTable(moov, tables, 'stco', 4) ?? readTable(moov, tables, 'co64', 8);
  const runs = readTable(moov, tables, 'stsc', 12) ?? { at: 0, count: 0, width: 12 };
  const sizes = readSizes(moov, tables);
  if (chunks === undefined) throw new Mp4Fault('one of its tracks has no chunk table');
  let run = 0;
  let sample = 0;
  for (let chunk = 0; chunk < chunks.count; chunk += 1) {
    const place = chunks.at + chunk * chunks.width;
    const start = chunks.width === 4 ? moov.readUInt32BE(place) : Number(moov.readBigUInt64BE(place));
    // A run of chunks lasts until the first chunk (they count from 1) of the next.
    while (run + 1 < runs.count && moov.readUInt32BE(runs.at + (run + 1) * 12) <= chunk + 1) {
      run += 1;
    }
    const samples = runs.count === 0 ? 0 : moov.readUInt32BE(runs.at + run * 12 + 4);
    const next = Math.min(sample + samples, sizes.count);
    const end = start + sizes.sum(sample, next);
    sample = next;
    if (end > fileBytes) {
      throw new Mp4Fault(`it is cut off: its index reaches to byte ${end}, the file to byte ${fileBytes}`);
    }
  }
}

type Table = { at: number; count: number; width: number };

/** Finds a table of `width` bytes an entry, and that all the entries it announces are there. */
function readTable(moov: Buffer, tables: readonly Box[], type: string, width: number): Table | undefined {
  const box = tables.find((table) => table.type === type);
  if (box === undefined) return undefined;
  // Version and flags, then the count.
  const at = box.content + 8;
  const count = at <= box.end ? moov.readUInt32BE(box.content + 4) : 0;
  if (at + count * width > box.end) throw new Mp4Fault(`its ${type} table is cut off`);
  return { at, count, width };
}

type Sizes = { count: number; sum: (first: number, end: number) => number };

function readSizes(moov: Buffer, tables: readonly Box[]): Sizes {
  const box = tables.find((table) => table.type === 'stsz');
  // The compact `stz2` does not occur in videos: then only the chunks' starts are compared.
  if (box === undefined || box.end - box.content < 12) return { count: 0, sum: () => 0 };
  const uniform = moov.readUInt32BE(box.content + 4);
  const count = moov.readUInt32BE(box.content + 8);
  if (uniform > 0) return { count, sum: (first, end) => (end - first) * uniform };
  const at = box.content + 12;
  if (at + count * 4 > box.end) throw new Mp4Fault('its stsz table is cut off');
  return {
    count,
    sum: (first, end) => {
      let bytes = 0;
      for (let sample = first; sample < end; sample += 1) bytes += moov.readUInt32BE(at + sample * 4);
      return bytes;
    },
  };
}
