/** The seed of a clip, where a request names one; -1 leaves it to the service. */
export function seedOf(asked: unknown): { seed?: number } {
  return typeof asked === 'number' && Number.isInteger(asked) && asked >= 0 ? { seed: asked } : {};
}
