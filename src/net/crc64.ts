// CRC-64/XZ, which OSS sends with every object. BigInt is some fifty times slower than two 32-bit halves.

const polynomialLow = 0xd787_0f42;
const polynomialHigh = 0xc96c_5795;

let tables: { low: Uint32Array; high: Uint32Array } | undefined;

function makeTables(): { low: Uint32Array; high: Uint32Array } {
  const low = new Uint32Array(256);
  const high = new Uint32Array(256);
  for (let index = 0; index < 256; index += 1) {
    let lowHalf = index;
    let highHalf = 0;
    for (let bit = 0; bit < 8; bit += 1) {
      const isOdd = (lowHalf & 1) === 1;
      lowHalf = (lowHalf >>> 1) | (highHalf << 31);
      highHalf >>>= 1;
      if (isOdd) {
        lowHalf ^= polynomialLow;
        highHalf ^= polynomialHigh;
      }
    }
    low[index] = lowHalf;
    high[index] = highHalf;
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
    let low = this.#low;
    let high = this.#high;
    for (const byte of bytes) {
      const index = (low ^ byte) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (tableLow[index] ?? 0);
      high = (high >>> 8) ^ (tableHigh[index] ?? 0);
    }
    this.#low = low;
    this.#high = high;
  }

  /** The checksum as `x-oss-hash-crc64ecma` writes it: an unsigned decimal number. */
  digest(): string {
    return ((BigInt(~this.#high >>> 0) << 32n) | BigInt(~this.#low >>> 0)).toString();
  }
}
