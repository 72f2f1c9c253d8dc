// opentype.js ships no types. Only what the title needs is described; the path names the ES module, because
// Node would otherwise pick the UMD file and the bundler the ES one, with different exports.
declare module 'opentype.js/dist/opentype.mjs' {
  import type { OutlineStep } from './outline-mask.ts';

  export type Glyph = {
    advanceWidth?: number;
    getPath(x: number, y: number, fontSize: number): { commands: OutlineStep[] };
  };
  export type Font = {
    unitsPerEm: number;
    charToGlyphIndex(character: string): number;
    charToGlyph(character: string): Glyph;
  };
  export function parse(file: ArrayBuffer): Font;
}

declare module '*.woff?inline' {
  /** The file as a base64 `data:` address. */
  const address: string;
  export default address;
}
