import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collect, MalformedForm, readForm } from '../../src/sandbox/multipart.ts';
import { boundary, form } from './multipart-form.ts';

describe('forms', () => {
  async function* inPieces(whole: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
    let start = 0;
    for (const cut of [
      ...cuts.map((part) => part % (whole.length + 1)).toSorted((a, b) => a - b),
      whole.length,
    ]) {
      if (cut > start) yield whole.subarray(start, cut);
      start = Math.max(start, cut);
    }
  }

  test('are read the same, wherever the network cuts them', async () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .constantFrom('\r\n--', `\r\n--${boundary.slice(0, -1)}`, '\r\n\r\n')
        .map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(content, fc.array(fc.nat({ max: 2000 }), { maxLength: 40 }), async (bytes, cuts) => {
        const body = Buffer.from(bytes);
        const seen: [string, string][] = [];
        for await (const part of readForm(inPieces(form([['a', 'b']], body), cuts), boundary)) {
          seen.push([part.name, (await collect(part.body, 1000)).toString('hex')]);
        }
        expect(seen).toEqual([
          ['a', Buffer.from('b').toString('hex')],
          ['file', body.toString('hex')],
        ]);
      }),
    );
  });

  test('that are no forms are named so, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const read = async () => {
          for await (const part of readForm(inPieces(Buffer.from(bytes), [10]), boundary))
            await collect(part.body, 1000);
        };
        await expect(read()).rejects.toThrow(MalformedForm);
      }),
    );
  });
});
