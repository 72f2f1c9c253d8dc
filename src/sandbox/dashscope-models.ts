import type { ModelRow } from './dashscope-model-row.ts';
import { legacyRows } from './dashscope-rows-legacy.ts';
import { currentRows } from './dashscope-rows.ts';

/**
 * What Model Studio's documents say of each model. Read for the sandbox on its own, so that the client's catalogue
 * has something to be wrong against; a test compares the two.
 */
export const dashscopeRows: readonly ModelRow[] = [...currentRows, ...legacyRows];

/** The row of a model or of one of its snapshots. */
export function findRow(id: string): ModelRow | undefined {
  return dashscopeRows.find((row) => row.ids.includes(id));
}
