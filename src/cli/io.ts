import type { Writable } from 'node:stream';
import type { Redact } from '../core/redact.ts';

/** A stream that may be a terminal; of a pipe, `isTTY` is absent. */
type TerminalStream = Writable & { isTTY?: boolean };

/** The program's two voices. stdout is for results; everything else goes to stderr. */
export type Io = {
  out: (line: string) => void;
  err: (line: string) => void;
  /** Waits until everything written has left; a full pipe must not cut a document short. */
  flush: () => Promise<void>;
  /** stderr as a stream, for the spinner alone. */
  stderr: TerminalStream;
  stdout: TerminalStream;
  stderrIsTerminal: boolean;
  stdoutIsTerminal: boolean;
  /** Somebody can be asked. */
  canPrompt: boolean;
};

export function createIo(streams: {
  stdin: { isTTY?: boolean | undefined };
  stdout: TerminalStream;
  stderr: TerminalStream;
  redact: Redact;
}): Io {
  const { stdout, stderr, redact } = streams;
  // A reader that went away (`wan list | head -1`) is no failure, and loses nothing: work goes on.
  const closed = new Set<TerminalStream>();
  for (const stream of [stdout, stderr]) {
    stream.on('error', () => closed.add(stream));
  }
  const write = (stream: TerminalStream) => (line: string) => {
    if (!closed.has(stream)) stream.write(`${redact(line)}\n`);
  };
  const flushed = async (stream: TerminalStream) => {
    if (closed.has(stream) || stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      stream.write('', () => resolve());
    });
  };
  return {
    out: write(stdout),
    err: write(stderr),
    flush: async () => {
      await Promise.all([flushed(stdout), flushed(stderr)]);
    },
    stderr,
    stdout,
    stderrIsTerminal: stderr.isTTY === true,
    stdoutIsTerminal: stdout.isTTY === true,
    canPrompt: streams.stdin.isTTY === true && stderr.isTTY === true,
  };
}
