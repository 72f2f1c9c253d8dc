import { Mp4Fault, walkInnerBoxes, type Box } from './mp4-boxes.ts';

const pathToTables = ['mdia', 'minf', 'stbl'] as const;

// A minute at 60 frames a second has 3600; sound in a fragment some hundred.
const maxFragmentSamples = 1_000_000;

/**
 * Holds every picture's and sound's place, as the index names it, against the length of the file: an `mdat` that runs
 * "to the end" does not tell by itself that it was cut off. Also that the tables agree about how many there are: a
 * damaged count of four billion makes mediabunny fill all memory.
 * @param moov the content of the `moov` box
 * @throws Mp4Fault
 */
export function checkSamplePlaces(moov: Buffer, fileBytes: number): void {
  for (const track of walkInnerBoxes(moov, 0, moov.length)) {
    if (track.type !== 'trak') continue;
    let table: Box | undefined = track;
    for (const type of pathToTables) {
      const inner: Box[] = table === undefined ? [] : walkInnerBoxes(moov, table.content, table.end);
      table = findOnly(inner, type);
    }
    if (table === undefined) throw new Mp4Fault('one of its tracks has no index');
    checkTrack(moov, walkInnerBoxes(moov, table.content, table.end), fileBytes);
  }
}

/**
 * The same for the samples that a fragment lists.
 * @param moof the content of a `moof` box
 * @throws Mp4Fault
 */
export function checkFragment(moof: Buffer): void {
  for (const track of walkInnerBoxes(moof, 0, moof.length)) {
    if (track.type !== 'traf') continue;
    for (const run of walkInnerBoxes(moof, track.content, track.end)) {
      if (run.type !== 'trun') continue;
      const count = run.end - run.content < 8 ? 0 : moof.readUInt32BE(run.content + 4);
      if (count > maxFragmentSamples) throw new Mp4Fault(`one of its fragments lists ${count} samples`);
    }
  }
}

function checkTrack(moov: Buffer, tables: readonly Box[], fileBytes: number): void {
  const chunks = readTable(moov, tables, 'stco', 4) ?? readTable(moov, tables, 'co64', 8);
  const runs = readTable(moov, tables, 'stsc', 12) ?? { at: 0, count: 0, width: 12 };
  const sizes = readSizes(moov, tables, fileBytes);
  if (chunks === undefined) throw new Mp4Fault('one of its tracks has no chunk table');
  for (const type of ['stts', 'ctts']) {
    const samples = countSamples(moov, readTable(moov, tables, type, 8));
    if (samples > sizes.count)
      throw new Mp4Fault(`its ${type} table counts ${samples} samples of ${sizes.count}`);
  }
  const firstChunk = (run: number) => moov.readUInt32BE(runs.at + run * runs.width);
  for (let run = 0; run < runs.count; run += 1) {
    if (firstChunk(run) > chunks.count) throw new Mp4Fault('its stsc table names chunks that are not there');
  }
  let run = 0;
  let sample = 0;
  for (let chunk = 0; chunk < chunks.count; chunk += 1) {
    const place = chunks.at + chunk * chunks.width;
    const start = chunks.width === 4 ? moov.readUInt32BE(place) : Number(moov.readBigUInt64BE(place));
    // A run of chunks lasts until the first chunk (they count from 1) of the next.
    while (run + 1 < runs.count && firstChunk(run + 1) <= chunk + 1) run += 1;
    const samples = runs.count === 0 ? 0 : moov.readUInt32BE(runs.at + run * runs.width + 4);
    const next = sample + samples;
    if (next > sizes.count)
      throw new Mp4Fault(`its stsc table counts more than the ${sizes.count} samples there are`);
    const end = start + sizes.sum(sample, next);
    sample = next;
    if (end > fileBytes) {
      throw new Mp4Fault(`it is cut off: its index reaches to byte ${end}, the file to byte ${fileBytes}`);
    }
  }
}

function findOnly(boxes: readonly Box[], type: string): Box | undefined {
  const [first, second] = boxes.filter((box) => box.type === type);
  if (second !== undefined) throw new Mp4Fault(`it has two ${type} boxes in one place`);
  return first;
}

type Table = { at: number; count: number; width: number };

/** Finds a table of `width` bytes an entry, and that all the entries it announces are there. */
function readTable(moov: Buffer, tables: readonly Box[], type: string, width: number): Table | undefined {
  const box = findOnly(tables, type);
  if (box === undefined) return undefined;
  // Version and flags, then the count.
  const at = box.content + 8;
  const count = at <= box.end ? moov.readUInt32BE(box.content + 4) : 0;
  if (at + count * width > box.end) throw new Mp4Fault(`its ${type} table is cut off`);
  return { at, count, width };
}

/** Of a table whose entries begin with a number of samples: all of them. */
function countSamples(moov: Buffer, table: Table | undefined): number {
  let samples = 0;
  if (table === undefined) return samples;
  for (let entry = 0; entry < table.count; entry += 1) {
    samples += moov.readUInt32BE(table.at + entry * table.width);
  }
  return samples;
}

type Sizes = { count: number; sum: (first: number, end: number) => number };

function readSizes(moov: Buffer, tables: readonly Box[], fileBytes: number): Sizes {
  const box = findOnly(tables, 'stsz');
  // The compact `stz2` has its count in the same place; its sizes, of a few bits, are not worth adding up.
  const compact = box === undefined ? findOnly(tables, 'stz2') : undefined;
  if (compact !== undefined && compact.end - compact.content >= 12) {
    return {
      count: Math.min(moov.readUInt32BE(compact.content + 8), 2 * (compact.end - compact.content)),
      sum: () => 0,
    };
  }
  if (box === undefined || box.end - box.content < 12) return { count: 0, sum: () => 0 };
  const uniform = moov.readUInt32BE(box.content + 4);
  const count = moov.readUInt32BE(box.content + 8);
  if (uniform > 0 && count * uniform > fileBytes) {
    throw new Mp4Fault(
      `it is cut off: one of its tracks has ${count * uniform} bytes, the file ${fileBytes}`,
    );
  }
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
