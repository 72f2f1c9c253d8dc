import { execa } from 'execa';
import { wanScript, type Place } from './run-wan.ts';

type TerminalOptions = {
  place: Place;
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
};

/** One argument, as a shell takes it. */
const quoted = (word: string) => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** Runs the program on a pseudo terminal of a size, and gives all that it shows, stdout and stderr alike. */
export async function runOnTerminal(
  args: readonly string[],
  { place, columns = 80, rows = 24, env = {} }: TerminalOptions,
): Promise<{ exitCode: number | undefined; text: string; lines: string[] }> {
  const command = [process.execPath, wanScript, ...args].map(quoted).join(' ');
  const { exitCode, stdout } = await execa(
    'script',
    ['-qec', `stty cols ${columns} rows ${rows} -onlcr; ${command}`, '/dev/null'],
    {
      cwd: place.cwd,
      env: {
        PATH: process.env['PATH'],
        TERM: 'xterm',
        LANG: 'C.UTF-8',
        HOME: place.home,
        WAN_CONFIG_DIR: place.configDirectory,
        WAN_STATE_DIR: place.stateDirectory,
        ...env,
      },
      extendEnv: false,
      reject: false,
      timeout: 40_000,
      input: '',
    },
  );
  return { exitCode, text: stdout, lines: stdout.trimEnd().split('\n') };
}
