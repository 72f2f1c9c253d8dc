import { readerUpTo, type ByteReader } from './byte-reader.ts';
import { Mp4Fault, walkTopBoxes } from './mp4-boxes.ts';
import { checkFragment, checkSamplePlaces } from './mp4-samples.ts';

// The index of a two-hour film has some 10 MB.
const maxIndexBytes = 64 * 1024 * 1024;

/**
 * Proves that a film is whole: its boxes, and that its index names only bytes and counts that are there. Without this
 * a damaged count makes mediabunny run on and on.
 * @param isOld that it is a QuickTime film without `ftyp`
 * @returns the film without what stands behind its end
 * @throws Mp4Fault
 */
export async function checkFilm({ size, read }: ByteReader, isOld = false): Promise<ByteReader> {
  const { boxes, end } = await walkTopBoxes(read, size, isOld);
  for (const box of boxes) {
    if (box.type !== 'moov' && box.type !== 'moof') continue;
    const indexBytes = box.end - box.content;
    if (indexBytes > maxIndexBytes) throw new Mp4Fault(`its ${box.type} box has ${indexBytes} bytes`);
    // One index in memory at a time.
    // oxlint-disable-next-line no-await-in-loop
    const index = await read(box.content, indexBytes);
    if (box.type === 'moov') checkSamplePlaces(index, size);
    else checkFragment(index);
  }
  return readerUpTo(end, { size, read });
}
