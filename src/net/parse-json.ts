/** The value of a JSON text, or undefined. `change` sees every text in it. */
export function parseJson(text: string, change: (text: string) => string = (same) => same): unknown {
  try {
    return JSON.parse(text, (_key, value: unknown) =>
      typeof value === 'string' ? change(value) : value,
    ) as unknown;
  } catch {
    return undefined;
  }
}
