/** More edits make another name of it. */
const maxEdits = 2;

/**
 * The name that a mistyped one was meant for: one whose beginning it is, or a letter or two away. Other digits are another
 * version, which may well be there by now. The first of several that are as near.
 */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const text = typed.trim().toLowerCase();
  const near = names
    .map((name) => ({ name, edits: editsBetween(text, name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= maxEdits && digitsOf(name) === digitsOf(text))
    .toSorted((a, b) => a.edits - b.edits);
  return (
    near[0]?.name ?? (text.length < 4 ? undefined : names.find((name) => name.toLowerCase().startsWith(text)))
  );
}

function digitsOf(text: string): string {
  return Array.from(text.replaceAll(/\D/gu, '')).toSorted().join('');
}

/** Letters to add, leave out, change or swap. */
function editsBetween(a: string, b: string): number {
  let older: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + change,
        isSwap ? (older[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    [older, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
