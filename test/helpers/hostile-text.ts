import fc from 'fast-check';

// What services, files and people behind them may send in place of what they should.

// oxlint-disable-next-line no-control-regex -- these are the characters that must not come through
export const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** Texts that steer terminals, CI runners, paths and addresses, or are merely odd. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom(
    '\u001b[2J',
    'a\r\n::error::x',
    '\u202egnp.exe',
    '\u009b1m',
    '##vso[task.complete]',
    '../../etc/passwd',
    '..',
    '__proto__',
    'https://e.com/\u0007',
    'https://e.com/a.mp4',
    'javascript:alert(1)',
    '9'.repeat(400),
    '-1',
    'NaN',
  ),
);

/** Any value that JSON can hold in the place of another. */
export const anyLeaf: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, {}, []),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.jsonValue({ maxDepth: 2 }),
);

type Step = {
  kind: 'replace' | 'remove' | 'wrap' | 'unwrap' | 'text' | 'copy';
  at: number;
  from: number;
  leaf: unknown;
};

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<Step['kind'][]>('replace', 'replace', 'remove', 'wrap', 'unwrap', 'text', 'copy'),
  at: fc.nat(1000),
  from: fc.nat(1000),
  leaf: anyLeaf,
});

/** A JSON value with up to five of its places changed: another value or type, gone, in a list, as a text. */
export function mutated(samples: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(step, { minLength: 1, maxLength: 5 }))
    .map(([sample, steps]) => steps.reduce(change, structuredClone(sample)));
}

/** A text with a piece of it lost, doubled or overwritten. */
export function damaged(texts: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...texts), fc.nat(10_000), fc.nat(200), hostileText, fc.boolean())
    .map(([text, at, length, noise, isCut]) => {
      const start = at % (text.length + 1);
      return isCut ? text.slice(0, start) : text.slice(0, start) + noise + text.slice(start + length);
    });
}

type Place = { parent: Record<string, unknown>; key: string };

function change(root: unknown, { kind, at, from, leaf }: Step): unknown {
  const holder: Record<string, unknown> = { root };
  const places = placesIn(holder);
  const { parent, key } = places[at % places.length] ?? { parent: holder, key: 'root' };
  const value = parent[key];
  if (kind === 'remove') Reflect.deleteProperty(parent, key);
  else if (kind === 'wrap') parent[key] = [value];
  else if (kind === 'text') parent[key] = JSON.stringify(value);
  else if (kind === 'unwrap' && typeof value === 'object' && value !== null)
    parent[key] = Object.values(value)[0];
  else if (kind === 'copy') {
    const source = places[from % places.length];
    // A copy, as a value must not hold itself.
    parent[key] = structuredClone(source?.parent[source.key]);
  } else parent[key] = leaf;
  return holder['root'];
}

function placesIn(parent: Record<string, unknown>): Place[] {
  return Object.entries(parent).flatMap(([key, value]) => [
    { parent, key },
    ...(typeof value === 'object' && value !== null ? placesIn(value as Record<string, unknown>) : []),
  ]);
}
