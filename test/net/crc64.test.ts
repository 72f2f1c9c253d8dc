import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Crc64 } from '../../src/net/crc64.ts';

/** The definition, bit by bit. */
function slowCrc64(bytes: Uint8Array): string {
  let crc = 0xffff_ffff_ffff_ffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & 1n) === 1n ? (crc >> 1n) ^ 0xc96c_5795_d787_0f42n : crc >> 1n;
    }
  }
  return (crc ^ 0xffff_ffff_ffff_ffffn).toString();
}

test('gives the check value of CRC-64/XZ', () => {
  const crc = new Crc64();
  crc.update(Buffer.from('123456789'));
  expect(crc.digest()).toBe(0x995d_c9bb_df19_39fan.toString());
});

test('of nothing is 0', () => {
  expect(new Crc64().digest()).toBe('0');
});

test('agrees with the definition, however the bytes are cut up', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (pieces) => {
      const crc = new Crc64();
      for (const piece of pieces) crc.update(piece);
      expect(crc.digest()).toBe(slowCrc64(Buffer.concat(pieces)));
    }),
  );
});
