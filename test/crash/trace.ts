import { readFile } from 'node:fs/promises';

/** What the preload wrote of a run. */
export type Trace = {
  /** The names of its points; point 1 is the first. */
  points: string[];
  /** How many points there had been when it was struck; undefined when it never was. */
  struckAfter: number | undefined;
  /** Milliseconds from the signal to an orderly end. */
  endedAfterMs: number | undefined;
  /** Milliseconds that went by on the program's clock alone. */
  passedMs: number;
};

export async function readTrace(file: string): Promise<Trace> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const trace: Trace = { points: [], struckAfter: undefined, endedAfterMs: undefined, passedMs: 0 };
  for (const line of text.split('\n')) {
    if (/^\d/u.test(line)) trace.points.push(line.replace(/^\d+ /u, ''));
    if (line.startsWith('!')) trace.struckAfter = trace.points.length;
    if (line.startsWith('> ')) trace.passedMs += Number(line.slice(2));
    const ended = /^= \d+ (\d+) ms/u.exec(line)?.[1];
    if (ended !== undefined) trace.endedAfterMs = Number(ended);
  }
  return trace;
}
