import { describe, expect, test } from 'vitest';
import { documentOf, runInProcess } from '../helpers/in-process.ts';
import { commandLine } from './command-line.ts';
import { allTasks, type Task } from './get-model.ts';
import { extraCases } from './limits/extra-cases.ts';
import type { LimitCase } from './limits/limit-case.ts';
import { mediaCases } from './limits/media-cases.ts';
import { pictureCases } from './limits/picture-cases.ts';
import { switchCases } from './limits/switch-cases.ts';
import { textCases } from './limits/text-cases.ts';

// Every limit of every row, mode and function, by the command line: its last legal value is granted, one step beyond is
// refused before anything is sent, and the hint names the nearest legal value. What other model a hint names besides
// must grant the very same words.

const tables = allTasks.map((task) => ({ task, cases: casesOf(task) }));
const refused = tables.flatMap(({ cases }) => cases.filter((limit) => 'hint' in limit));
const granted = tables.flatMap(({ cases }) => cases.filter((limit) => !('hint' in limit)));

test(`${refused.length} values beyond a limit and ${granted.length} within are looked at`, () => {
  expect(refused.length).toBeGreaterThan(500);
  expect(granted.length).toBeGreaterThan(300);
});

describe.each(tables.map(({ task, cases }) => [task.name, task, cases] as const))(
  '%s',
  (_name, task, cases) => {
    test('has a name of its own for each of its limits', () => {
      const names = cases.map(({ name }) => name);
      expect(names).toEqual([...new Set(names)]);
    });

    test.each(cases.map((limit) => [limit.name, limit] as const))('%s', async (_limit, limit) => {
      const argv = commandLine(task, limit.change);
      if ('hint' in limit) await expectRefused(argv, limit.hint);
      else await expectGranted(argv);
    });
  },
);

async function expectRefused(argv: readonly string[], hint: string): Promise<void> {
  const run = await runInProcess(argv);
  const document = documentOf(run);
  expect(document, run.stdout).toMatchObject({ ok: false, error: { class: 'usage', exit_code: 2 } });
  expect(run.exitCode).toBe(2);
  const { hint: said, message } = document['error'] as { hint: string; message: string };
  const [before, own, after] = partsOf(said);
  expect(own, message).toBe(hint);
  const other = before ?? after;
  if (other !== undefined) await expectGranted(argv.with(argv.indexOf('-m') + 1, other));
}

/** Another model's name, what is legal here, and a name behind it. */
function partsOf(hint: string): [string | undefined, string | undefined, string | undefined] {
  const match = /^(?:-m (\S+) takes it; or )?(.*?)(?:; or -m (\S+))?$/u.exec(hint);
  return [match?.[1], match?.[2], match?.[3]];
}

async function expectGranted(argv: readonly string[]): Promise<void> {
  const run = await runInProcess([...argv, '--dry-run']);
  expect(run.exitCode, run.stdout).toBe(0);
}

function casesOf(task: Task): LimitCase[] {
  return [
    ...textCases(task),
    ...pictureCases(task),
    ...switchCases(task),
    ...mediaCases(task),
    ...extraCases(task),
  ];
}
