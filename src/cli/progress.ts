import { fitWidth } from '../core/display-width.ts';
import { describeOutlook } from '../core/outlook.ts';
import type { Job } from '../core/job.ts';
import type { Context } from './context.ts';
import { createJobBoard, type JobBoard, type ShownEvent } from './job-board.ts';
import type { TalkFlags } from './talk-flags.ts';

/** Shows the way of jobs to people: a spinner on a terminal, a few plain lines anywhere else. */
export type Progress = {
  event: (event: ShownEvent) => void;
  notice: (message: string, job?: Job) => void;
  /** A line of its own, past the spinner. */
  line: (text: string) => void;
  stop: () => void;
};

type Stage = Pick<Context, 'io' | 'clock' | 'env'>;
type Spinner = { text: string; start: () => unknown; stop: () => unknown };
type StartSpinner = (stream: NodeJS.WriteStream, text: string, hasColor: boolean) => Spinner;
/** Loaded when it is needed: most commands never spin. */
type LoadSpinner = () => Promise<StartSpinner>;

const heartbeatMs = 60_000;
/** The spinner's own sign and the space behind it, and the last column, where some terminals wrap. */
const spinnerCells = 3;

/** Beside the flags: whether lines of several jobs are to come, and whether colour is wanted. */
type Look = Pick<TalkFlags, 'verbose'> & { isShared?: () => boolean; hasColor?: boolean };

export function createProgress(
  stage: Stage,
  { verbose, isShared, hasColor = false }: Look,
  load: LoadSpinner = loadOra,
): Progress {
  // A terminal that nobody gave a size has no columns, and the spinner would divide by them, for ever.
  const { columns } = stage.io.stderr as Partial<NodeJS.WriteStream>;
  const isTerminal = stage.io.stderrIsTerminal && columns !== 0 && stage.env['TERM'] !== 'dumb';
  const isAnimated = isTerminal && !stage.env['CI'] && !verbose;
  const board = createJobBoard(stage.clock, isShared);
  return isAnimated ? spinner(stage, board, load, hasColor) : plainLines(stage, board);
}

function plainLines({ io, clock }: Stage, board: JobBoard): Progress {
  const lastTexts = new Map<string, string>();
  let lastAt = -Infinity;
  const notice = noticeOnce({ io, clock }, board, (text) => io.err(text));
  return {
    event: (event) => {
      board.hear(event);
      const { id } = event.job;
      const text = board.headline(event);
      const now = clock.monotonic();
      if (text === '') return;
      if (text !== lastTexts.get(id)) {
        const outlook = event.event === 'status' ? event.outlook : undefined;
        const more = outlook === undefined ? '' : `; ${describeOutlook(outlook)}`;
        io.err(`${board.isShared() ? `${id}: ` : ''}${text}${more}`);
        lastTexts.set(id, text);
      } else if (now - lastAt >= heartbeatMs) {
        io.err(board.heartbeat());
      } else {
        return;
      }
      lastAt = now;
    },
    notice,
    line: (text) => io.err(text),
    stop: () => {},
  };
}

function spinner(stage: Stage, board: JobBoard, load: LoadSpinner, hasColor: boolean): Progress {
  const { io } = stage;
  const stream = io.stderr as NodeJS.WriteStream;
  let shown: Spinner | undefined;
  let isStopped = false;
  const text = () => fitWidth(board.text(), (stream.columns ?? 80) - spinnerCells);
  const show = () => {
    if (shown !== undefined) shown.text = text();
  };
  // Once a second the elapsed time moves on, also between looks.
  const timer = setInterval(show, 1000);
  timer.unref();
  void load().then((start) => {
    if (!isStopped) shown = start(stream, text(), hasColor);
  });
  const line = (message: string) => {
    shown?.stop();
    io.err(message);
    if (!isStopped) shown?.start();
  };
  return {
    event: (event) => {
      board.hear(event);
      show();
    },
    notice: noticeOnce(stage, board, line),
    line,
    stop: () => {
      isStopped = true;
      clearInterval(timer);
      shown?.stop();
    },
  };
}

const loadOra: LoadSpinner = async () => {
  const { default: ora } = await import('ora');
  // It would look at its own environment otherwise, which knows no NO_COLOR.
  return (stream, text, hasColor) =>
    ora({ stream, discardStdin: false, isEnabled: true, text, color: hasColor ? 'cyan' : false }).start();
};

/** With several jobs, a notice names its own, and what strikes them all alike is said once a minute. */
function noticeOnce(
  { clock }: Pick<Stage, 'clock' | 'io'>,
  board: JobBoard,
  line: (text: string) => void,
): Progress['notice'] {
  const lastAt = new Map<string, number>();
  return (message, job) => {
    const now = clock.monotonic();
    const isShared = board.isShared() && job !== undefined;
    if (isShared && now - (lastAt.get(message) ?? -Infinity) < heartbeatMs) return;
    lastAt.set(message, now);
    line(`note: ${isShared ? `${job.id}: ` : ''}${message}`);
  };
}
