// CRC-64/XZ, which OSS sends with every object. BigInt is some fifty times slower than two 32-bit halves, and halves
// are kept signed because the engine has fast integers for those only.

const polynomialLow = 0xd787_0f42 | 0;
const polynomialHigh = 0xc96c_5795 | 0;
// Eight bytes at a time: table n holds the checksums of a byte that n further ones follow.
const stride = 8;

type Tables = { low: Int32Array; high: Int32Array };

let tables: Tables | undefined;

function makeTables(): Tables {
  const low = new Int32Array(256 * stride);
  const high = new Int32Array(256 * stride);
  for (let byte = 0; byte < 256; byte += 1) {
    let lowHalf = byte;
    let highHalf = 0;
    for (let bit = 0; bit < 8 * stride; bit += 1) {
      const isOdd = (lowHalf & 1) === 1;
      lowHalf = (lowHalf >>> 1) | (highHalf << 31);
      highHalf >>>= 1;
      if (isOdd) {
        lowHalf ^= polynomialLow;
        highHalf ^= polynomialHigh;
      }
      if (bit % 8 === 7) {
        low[(bit >> 3) * 256 + byte] = lowHalf;
        high[(bit >> 3) * 256 + byte] = highHalf;
      }
    }
  }
  return { low, high };
}

/** CRC-64/XZ (ECMA-182, reflected) of bytes that come in pieces. */
export class Crc64 {
  #low = -1;
  #high = -1;

  update(bytes: Uint8Array): void {
    tables ??= makeTables();
    const { low: tableLow, high: tableHigh } = tables;
    const end = bytes.length;
    const get = (table: Int32Array, index: number) => table[index] ?? 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, end);
    let low = this.#low;
    let high = this.#high;
    let at = 0;
    for (; at + stride <= end; at += stride) {
      const one = low ^ view.getInt32(at, true);
      const two = high ^ view.getInt32(at + 4, true);
      const a = 1792 + (one & 0xff);
      const b = 1536 + ((one >>> 8) & 0xff);
      const c = 1280 + ((one >>> 16) & 0xff);
      const d = 1024 + (one >>> 24);
      const e = 768 + (two & 0xff);
      const f = 512 + ((two >>> 8) & 0xff);
      const g = 256 + ((two >>> 16) & 0xff);
      const h = two >>> 24;
      low =
        get(tableLow, a) ^
        get(tableLow, b) ^
        get(tableLow, c) ^
        get(tableLow, d) ^
        get(tableLow, e) ^
        get(tableLow, f) ^
        get(tableLow, g) ^
        get(tableLow, h);
      high =
        get(tableHigh, a) ^
        get(tableHigh, b) ^
        get(tableHigh, c) ^
        get(tableHigh, d) ^
        get(tableHigh, e) ^
        get(tableHigh, f) ^
        get(tableHigh, g) ^
        get(tableHigh, h);
    }
    for (; at < end; at += 1) {
      const index = (low ^ (bytes[at] ?? 0)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ get(tableLow, index);
      high = (high >>> 8) ^ get(tableHigh, index);
    }
    this.#low = low;
    this.#high = high;
  }

  /** The checksum as `x-oss-hash-crc64ecma` writes it: an unsigned decimal number. */
  digest(): string {
    return ((BigInt(~this.#high >>> 0) << 32n) | BigInt(~this.#low >>> 0)).toString();
  }
}
