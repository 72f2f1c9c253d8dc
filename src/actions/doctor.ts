import { Chalk } from 'chalk';
import * as z from 'zod';
import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags } from '../cli/flags.ts';
import type { Talk } from '../cli/talk.ts';
import { useColor } from '../cli/use-color.ts';
import { openWorkbench, sandboxProvider, type ConnectionFlags, type Workbench } from '../cli/workbench.ts';
import { WanError } from '../core/errors.ts';
import { foldPair } from '../core/fold-text.ts';
import { textWidth } from '../core/text-width.ts';
import { parseProvider } from '../workflow/account.ts';
import { failure, findingDocument, runChecks, type Finding } from '../workflow/finding.ts';
import { checkKeys } from './doctor-keys.ts';
import { machineChecks, outputChecks } from './doctor-machine.ts';
import { resolvePath } from '../cli/resolve-path.ts';

const shape = { ...connectionShape, outDir: z.string().optional() };

type Flags = ConnectionFlags & { outDir?: string | undefined };

/** `wan doctor`: everything that a paid job needs, looked at for nothing. */
export async function runDoctor(
  context: Context,
  talk: Talk,
  input: { flags: Record<string, unknown> },
): Promise<number> {
  const flags: Flags = readFlags(shape, input.flags);
  const { env } = context;
  const isSandbox = sandboxProvider(flags, env) !== undefined;
  if (flags.provider !== undefined && !isSandbox) parseProvider(flags.provider);

  // First what is here: opening keys may make directories and narrow modes, which would hide how they were.
  const machine = await runChecks(machineChecks(context, env));
  let bench: Workbench | undefined;
  try {
    let keys: Finding[];
    try {
      bench = await openWorkbench(context, talk);
      keys = await checkKeys(bench, flags, context.clock.now);
    } catch (error) {
      if (context.signal.aborted) throw error;
      keys = [failure('key', notLookedFor(error))];
    }
    const output = await runChecks(outputChecks(context, () => outputDirectory(context, bench, flags)));
    const findings = [...machine, ...keys, ...output];
    return talk.finish({
      value: { checks: findings.map(findingDocument) },
      lines: describe(
        findings,
        new Chalk({ level: useColor(context, talk.flags, 'stdout') ? 1 : 0 }),
        context.io.outWidth(),
      ),
      isPage: true,
      error: findings.find(({ status }) => status === 'failure')?.error,
    });
  } finally {
    await bench?.close();
  }
}

/** Where a run with these flags would save. */
function outputDirectory(context: Context, bench: Workbench | undefined, flags: Flags): string {
  const sources = { profile: profileInUse(bench, flags), isExplicit: flags.profile !== undefined };
  const place = flags.outDir ?? bench?.setting('out_dir', sources);
  return resolvePath(context, place ?? '.');
}

function profileInUse(bench: Workbench | undefined, flags: Flags): string | undefined {
  try {
    return bench?.account(flags).profile;
  } catch {
    return flags.profile;
  }
}

/** What stands in the way has a line of its own above. */
function notLookedFor(error: unknown): unknown {
  return error instanceof WanError
    ? error.with({ message: `keys were not looked for: ${error.message}` })
    : error;
}

function describe(
  findings: readonly Finding[],
  color: InstanceType<typeof Chalk>,
  columns: number,
): string[] {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const paint = { ok: color.green, warning: color.yellow, failure: color.red };
  return findings.flatMap(({ status, name, message, hint }) => {
    const label = `${paint[status](status)}${' '.repeat(7 - status.length)}  ${name.padEnd(width)}  `;
    const told = hint === undefined ? '' : `${color.cyan('hint:')} ${hint}`;
    // A line a check for programs; for people the hint has lines of its own where it does not fit any more.
    const whole = [message, ...(told === '' ? [] : [told])].join('  ');
    if (textWidth(label) + textWidth(whole) <= columns) return [label + whole];
    const indent = ' '.repeat(textWidth(label));
    return [...foldPair(label, message, columns), ...(told === '' ? [] : foldPair(indent, told, columns))];
  });
}
