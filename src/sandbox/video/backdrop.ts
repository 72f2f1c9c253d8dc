import { blend, type Colour, colourOf, mix, type Picture } from './picture.ts';

/** The colours of one night; each clip takes one by its title, so that a batch can be told apart. */
type Night = { top: Colour; middle: Colour; horizon: Colour; farHills: Colour; nearHills: Colour };

function night(top: number, middle: number, horizon: number, farHills: number, nearHills: number): Night {
  return {
    top: colourOf(top),
    middle: colourOf(middle),
    horizon: colourOf(horizon),
    farHills: colourOf(farHills),
    nearHills: colourOf(nearHills),
  };
}

const nights: readonly Night[] = [
  night(0x0a0f26, 0x1a2350, 0x5b4a86, 0x1b1f45, 0x0c1026),
  night(0x07131f, 0x0f2f45, 0x2f7480, 0x0f2b3a, 0x07141d),
  night(0x150b22, 0x331c47, 0x9a4b6b, 0x2a183b, 0x130b1d),
  night(0x0a1420, 0x1d2f44, 0x8a6a5a, 0x1c2636, 0x0b111b),
];

const starColour = colourOf(0xdfe6ff);
const glowColour = colourOf(0xb9c4ff);

/** A generator of numbers from 0 to 1 that gives the same row for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Paints what stands still behind everything: sky, stars, hills. `seed` is a 32-bit number. */
export function paintBackdrop(picture: Picture, seed: number): void {
  const colours = nights[Math.abs(seed) % nights.length] ?? nights[0];
  if (!colours) return;
  const random = randomFrom(seed);
  paintSky(picture, colours, random);
  paintStars(picture, random);
  paintHills(picture, colours.farHills, { level: 0.83, height: 0.045, turn: random() * 7 });
  paintHills(picture, colours.nearHills, { level: 0.89, height: 0.03, turn: random() * 7 });
}

function skyColour(colours: Night, height: number): Colour {
  return height < 0.5
    ? mix(colours.top, colours.middle, height / 0.5)
    : mix(colours.middle, colours.horizon, Math.min(1, (height - 0.5) / 0.4) ** 1.6);
}

function paintSky(picture: Picture, colours: Night, random: () => number): void {
  const { width, height } = picture;
  // One row of noise serves all rows, shifted: eight bits alone would show the dark gradient as stripes.
  const noise = Float32Array.from({ length: 4_096 }, () => random());
  // A wide, faint light behind the highest point of the moons' arc.
  const across = Float32Array.from(
    { length: width },
    (_, x) => Math.max(0, 1 - ((x / width - 0.5) / 0.42) ** 2) ** 2,
  );
  for (let y = 0; y < height; y += 1) {
    const sky = skyColour(colours, y / height);
    const light = 0.2 * Math.max(0, 1 - ((y / height - 0.17) / 0.3) ** 2) ** 2;
    const shift = Math.imul(y, 2_654_435) & 4_095;
    for (let x = 0; x < width; x += 1) {
      const share = light * (across[x] ?? 0);
      picture.y[y * width + x] = sky.y + (glowColour.y - sky.y) * share + (noise[(x + shift) & 4_095] ?? 0);
    }
    if (y % 2 === 1) continue;
    picture.u.fill(Math.round(sky.u), (y * width) / 4, (y * width) / 4 + width / 2);
    picture.v.fill(Math.round(sky.v), (y * width) / 4, (y * width) / 4 + width / 2);
  }
}

function paintStars(picture: Picture, random: () => number): void {
  const count = Math.round((picture.width * picture.height) / 9_000);
  const scale = Math.max(1, Math.min(picture.width, picture.height) / 720);
  for (let star = 0; star < count; star += 1) {
    const x = Math.floor(random() * picture.width);
    const y = Math.floor(random() ** 1.4 * picture.height * 0.8);
    const side = random() < 0.12 * scale ? 2 : 1;
    const coverage = new Float32Array(side * side).fill(0.15 + 0.55 * random() ** 2);
    blend(picture, { width: side, height: side, coverage }, x, y, starColour);
  }
}

/** `level` and `height` are shares of the picture's height, `turn` an angle that moves the hills sideways. */
function paintHills(
  picture: Picture,
  colour: Colour,
  hills: { level: number; height: number; turn: number },
): void {
  const { width } = picture;
  const top = Math.floor(picture.height * (hills.level - hills.height));
  const height = picture.height - top;
  const coverage = new Float32Array(width * height);
  for (let x = 0; x < width; x += 1) {
    const angle = (x / width) * 7 + hills.turn;
    const wave = 0.62 * Math.sin(angle) + 0.38 * Math.sin(angle * 2.3 + 1);
    const edge = picture.height * (hills.level - hills.height * wave) - top;
    for (let y = Math.floor(edge); y < height; y += 1) {
      coverage[y * width + x] = Math.min(1, Math.max(0, y + 1 - edge));
    }
  }
  blend(picture, { width, height, coverage }, 0, top, colour);
}
