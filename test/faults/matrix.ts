import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Outcome, Row } from './row.ts';
import { play } from './run-row.ts';

const file = new URL('../README.md', import.meta.url);
const heads = ['fault', 'command', 'exit', 'file', 'submits', 'record', 'then `wan resume`'];

/**
 * The cases of one group, and the check that `test/README.md` shows what this run gave. `UPDATE_MATRIX=1` writes
 * it there instead, one file of cases after the other (`--no-file-parallelism`).
 */
export function matrix(group: string, rows: readonly Row[]): void {
  const lines: string[] = [];

  test.each(rows)('$command: $fault', async (row) => {
    const { outcome, resumed, stderr } = await play(row);
    lines.push(lineOf(row, outcome, resumed));
    const { exit, file: saved, submits, record } = row;
    expect(outcome, stderr).toEqual({ exit, file: saved, submits, record });
    const { flags: _flags, ...after } = row.resume ?? {};
    expect(resumed ?? {}, stderr).toEqual(after);
  });

  test(`the table of ${group} in test/README.md is what this run gave`, async ({ skip }) => {
    // Of some of the cases alone there is no table.
    if (lines.length < rows.length) skip();
    const [start, end] = [`<!-- faults: ${group} -->`, `<!-- end of faults: ${group} -->`];
    const table = [cells(heads), cells(heads.map(() => '---')), ...lines].join('\n');
    const text = await readFile(file, 'utf8');
    const pattern = new RegExp(`${start}\n[^]*?${end}`, 'u');
    if (process.env['UPDATE_MATRIX'] === '1')
      await writeFile(
        file,
        text.replace(pattern, () => `${start}\n${table}\n${end}`),
      );
    else expect(pattern.exec(text)?.[0]).toBe(`${start}\n${table}\n${end}`);
  });
}

function lineOf(row: Row, outcome: Outcome, resumed: Outcome | undefined): string {
  const { exit, file: saved, submits, record } = outcome;
  const words = [row.command, ...(row.flags ?? [])].join(' ');
  const command = row.second === undefined ? words : `${words}, then ${row.second.join(' ')}`;
  const flags = (row.resume?.flags ?? []).join(' ');
  const after =
    resumed === undefined ? '' : `${flags} ${resumed.exit}, ${resumed.record}, ${resumed.submits}`.trim();
  return cells([row.fault, command, String(exit), saved, submits, record, after]);
}

function cells(texts: readonly string[]): string {
  return `| ${texts.join(' | ')} |`.replaceAll('|  |', '| |');
}
