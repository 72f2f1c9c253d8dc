type Fields = Record<string, unknown>;

/** A body without its seed, which must be a whole number from 1 on: what nobody asked for is drawn. */
export function withoutSeed(body: unknown): unknown {
  const { parameters, ...top } = body as Fields & { parameters?: Fields };
  const { seed, ...others } = parameters ?? top;
  if (!Number.isInteger(seed) || Number(seed) < 1 || Number(seed) > 2_147_483_647) {
    throw new Error(`no drawn seed in ${JSON.stringify(body)}`);
  }
  return parameters === undefined ? others : { ...top, parameters: others };
}
