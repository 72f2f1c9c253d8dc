/** The value of a JSON text, or undefined. `change` sees every text in it, names of fields too. */
export function parseJson(text: string, change?: (text: string) => string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return change === undefined ? value : changed(value, change);
  } catch {
    return undefined;
  }
}

function changed(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => changed(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [change(name), changed(item, change)]),
  );
}
