import type { Writable } from 'node:stream';
import { errorCode } from '../core/error-code.ts';
import { foldHanging } from '../core/fold-text.ts';
import { breakCommands } from '../core/plain-text.ts';
import type { Redact } from '../core/redact.ts';

/** A stream that may be a terminal; of a pipe, `isTTY` is absent. */
type TerminalStream = Writable & { isTTY?: boolean; columns?: number; rows?: number };

/** The program's two voices. stdout is for results; everything else goes to stderr. */
export type Io = {
  out: (line: string) => void;
  /** On a terminal in as many lines as it needs. */
  err: (line: string) => void;
  /** A page of lines: what a terminal cannot show at once goes through the user's pager, if there is one. */
  page: (lines: readonly string[]) => void;
  /** Columns that a line on stdout may have; without end off a terminal. */
  outWidth: () => number;
  /** Waits until everything written has left; a full pipe must not cut a document short. */
  flush: () => Promise<void>;
  /** Why stdout could not be written, other than that its reader went away; known after `flush`. */
  outFailure: () => string | undefined;
  /** stderr as a stream, for the spinner alone. */
  stderr: TerminalStream;
  stdout: TerminalStream;
  stderrIsTerminal: boolean;
  stdoutIsTerminal: boolean;
  /** Somebody can be asked. */
  canPrompt: boolean;
};

/**
 * The streams are opened on first use: each costs a start two milliseconds. What every line goes through: secrets are
 * taken out, and commands of CI runners broken up.
 */
export function createIo(streams: {
  stdin: () => { isTTY?: boolean | undefined };
  stdout: () => TerminalStream;
  stderr: () => TerminalStream;
  redact: Redact;
  /** False where there is no pager, or it could not be started. */
  pager?: (text: string) => boolean;
}): Io {
  const stdout = openOnce(streams.stdout);
  const stderr = openOnce(streams.stderr);
  const write = (voice: Voice) => (line: string) => {
    const { stream, isClosed } = voice();
    if (!isClosed()) stream.write(`${breakCommands(streams.redact(line))}\n`);
  };
  const out = write(stdout);
  const errLine = write(stderr);
  const outWidth = () => widthOf(stdout().stream);
  return {
    out,
    err: (text) => {
      const width = widthOf(stderr().stream);
      if (width === Infinity) errLine(text);
      // Redacted as a whole: a key must not be told in two halves.
      else
        streams
          .redact(text)
          .split('\n')
          .flatMap((line) => foldHanging(line, width))
          .forEach(errLine);
    },
    page: (lines) => {
      const { rows } = stdout().stream;
      const isLong = outWidth() !== Infinity && lines.length >= (rows || 24);
      const text = () => lines.map((line) => `${breakCommands(streams.redact(line))}\n`).join('');
      if (!isLong || streams.pager?.(text()) !== true) lines.forEach(out);
    },
    outWidth,
    flush: async () => {
      await Promise.all([flushed(stdout), flushed(stderr)]);
    },
    outFailure: () => stdout.failure(),
    get stderr() {
      return stderr().stream;
    },
    get stdout() {
      return stdout().stream;
    },
    get stderrIsTerminal() {
      return stderr().stream.isTTY === true;
    },
    get stdoutIsTerminal() {
      return stdout().stream.isTTY === true;
    },
    get canPrompt() {
      return streams.stdin().isTTY === true && stderr().stream.isTTY === true;
    },
  };
}

/** Narrower ones get lines for this width, which they wrap themselves. */
const leastWidth = 40;

function widthOf({ isTTY, columns }: TerminalStream): number {
  return isTTY === true ? Math.max(leastWidth, columns || 80) : Infinity;
}

type Voice = {
  (): { stream: TerminalStream; isClosed: () => boolean };
  isOpen: () => boolean;
  failure: () => string | undefined;
};

/** A reader that went away (`wan list | head -1`) is no failure, and loses nothing: work goes on. */
function openOnce(open: () => TerminalStream): Voice {
  let opened: { stream: TerminalStream; isClosed: () => boolean } | undefined;
  let failure: string | undefined;
  const voice = () => {
    if (opened !== undefined) return opened;
    const stream = open();
    let isClosed = false;
    stream.on('error', (error) => {
      isClosed = true;
      const code = errorCode(error) ?? error.message;
      if (code !== 'EPIPE' && code !== 'ERR_STREAM_DESTROYED') failure ??= code;
    });
    opened = { stream, isClosed: () => isClosed };
    return opened;
  };
  return Object.assign(voice, { isOpen: () => opened !== undefined, failure: () => failure });
}

async function flushed(voice: Voice): Promise<void> {
  if (!voice.isOpen()) return;
  const { stream, isClosed } = voice();
  if (isClosed() || stream.writableLength === 0) return;
  await new Promise<void>((resolve) => {
    stream.write('', () => resolve());
  });
}
