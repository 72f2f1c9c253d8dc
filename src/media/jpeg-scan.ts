import type { ByteReader } from './byte-reader.ts';

/** How often a part of the picture stands in one block of blocks, and the tables that unpack it. */
type Component = { id: number; blocks: number; dc: Table | undefined; ac: Table | undefined };
/** By length in bits and code: what it stands for. */
type Table = ReadonlyMap<number, number>;

// Larger ones have a mark at their end, or are taken for cut off.
const maxBytes = 32 * 1024 * 1024;
const longestCode = 16;

/**
 * Whether a picture without a mark at its end has all its blocks. Only of the plain kind (baseline, one scan) is that
 * known, by unpacking it; every other counts as cut off. Never throws.
 */
export async function isWholeScan({ size, read }: ByteReader): Promise<boolean> {
  if (size > maxBytes) return false;
  const file = await read(0, size);
  try {
    return countBlocks(file);
  } catch {
    return false; // it ends inside a table
  }
}

function countBlocks(file: Buffer): boolean {
  const tables = new Map<number, Table>();
  const components: Component[] = [];
  let blocksOfBlocks = 0;
  let interval = 0;
  for (let at = 2; at + 4 <= file.length;) {
    if (file[at] !== 0xff || file.readUInt8(at + 1) === 0xff || file[at + 1] === 0) {
      at += 1;
      continue;
    }
    const marker = file.readUInt8(at + 1);
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    const body = file.subarray(at + 4, at + 2 + file.readUInt16BE(at + 2));
    at += 4 + body.length;
    if (marker === 0xc4) readTables(body, tables);
    if (marker === 0xdd) interval = body.readUInt16BE(0);
    if (marker === 0xc0 || marker === 0xc1) blocksOfBlocks = readFrame(body, components);
    if (marker !== 0xda) continue;
    if (blocksOfBlocks === 0 || body[0] !== components.length) return false;
    for (const [index, component] of components.entries()) {
      const selector = body.readUInt8(2 + 2 * index);
      if (body[1 + 2 * index] !== component.id) return false;
      component.dc = tables.get(selector >> 4);
      component.ac = tables.get(0x10 | (selector & 15));
    }
    return unpack(new Bits(file, at), components, blocksOfBlocks, interval);
  }
  return false;
}

/** @returns how many blocks of blocks there are; 0 for what is not unpacked here */
function readFrame(body: Buffer, components: Component[]): number {
  const [height, width, count] = [body.readUInt16BE(1), body.readUInt16BE(3), body.readUInt8(5)];
  const factors = Array.from({ length: count }, (_, index) => body.readUInt8(7 + 3 * index));
  const wide = count === 1 ? 1 : Math.max(...factors.map((factor) => factor >> 4));
  const high = count === 1 ? 1 : Math.max(...factors.map((factor) => factor & 15));
  for (const [index, factor] of factors.entries()) {
    const blocks = count === 1 ? 1 : (factor >> 4) * (factor & 15);
    components.push({ id: body.readUInt8(6 + 3 * index), blocks, dc: undefined, ac: undefined });
  }
  return Math.ceil(width / (8 * wide)) * Math.ceil(height / (8 * high));
}

function readTables(body: Buffer, tables: Map<number, Table>): void {
  for (let at = 0; at + 17 <= body.length;) {
    const table = new Map<number, number>();
    const kind = body.readUInt8(at);
    let code = 0;
    let value = at + 17;
    for (let length = 1; length <= longestCode; length += 1) {
      for (let left = body.readUInt8(at + length); left > 0; left -= 1) {
        table.set((length << 16) | code, body.readUInt8(value));
        code += 1;
        value += 1;
      }
      code <<= 1;
    }
    tables.set(kind, table);
    at = value;
  }
}

function unpack(bits: Bits, components: readonly Component[], count: number, interval: number): boolean {
  for (let block = 0; block < count; block += 1) {
    if (interval > 0 && block > 0 && block % interval === 0 && !bits.restart()) return false;
    for (const { blocks, dc, ac } of components) {
      if (dc === undefined || ac === undefined) return false;
      for (let left = blocks; left > 0; left -= 1) if (!unpackBlock(bits, dc, ac)) return false;
    }
  }
  return true;
}

function unpackBlock(bits: Bits, dc: Table, ac: Table): boolean {
  const first = bits.symbol(dc);
  if (first === undefined || !bits.skip(first)) return false;
  for (let place = 1; place < 64; place += 1) {
    const symbol = bits.symbol(ac);
    if (symbol === undefined) return false;
    const length = symbol & 15;
    // Nothing more in this block; sixteen zeros; or some zeros and a number of so many bits.
    if (length === 0 && symbol !== 0xf0) return true;
    place += symbol >> 4;
    if (!bits.skip(length)) return false;
  }
  return true;
}

/** The bits of a scan, in which a byte of ones is followed by one that does not count. */
class Bits {
  readonly #file: Buffer;
  #at: number;
  #byte = 0;
  #left = 0;

  constructor(file: Buffer, at: number) {
    this.#file = file;
    this.#at = at;
  }

  symbol(table: Table): number | undefined {
    let code = 0;
    for (let length = 1; length <= longestCode; length += 1) {
      const bit = this.#next();
      if (bit === undefined) return undefined;
      code = (code << 1) | bit;
      const value = table.get((length << 16) | code);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  skip(bits: number): boolean {
    for (let left = bits; left > 0; left -= 1) if (this.#next() === undefined) return false;
    return true;
  }

  /** Goes on behind a restart mark. */
  restart(): boolean {
    this.#left = 0;
    while (this.#file[this.#at] === 0xff && this.#file[this.#at + 1] === 0xff) this.#at += 1;
    const marker = this.#file[this.#at] === 0xff ? (this.#file[this.#at + 1] ?? 0) : 0;
    this.#at += 2;
    return marker >= 0xd0 && marker <= 0xd7;
  }

  #next(): number | undefined {
    if (this.#left === 0) {
      const byte = this.#file[this.#at];
      if (byte === undefined) return undefined;
      if (byte === 0xff && this.#file[this.#at + 1] !== 0) return undefined;
      this.#at += byte === 0xff ? 2 : 1;
      this.#byte = byte;
      this.#left = 8;
    }
    this.#left -= 1;
    return (this.#byte >> this.#left) & 1;
  }
}
