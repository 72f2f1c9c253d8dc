// Loaded into the real program by `node --import`, before any of its own code: counts points in what it does, and at
// one of them ends it, or sends it a signal, for real. Everything it needs to know is in the environment:
//
//   WAN_CRASH_ROOT    only files below this directory make points
//   WAN_CRASH_TRACE   the file that gets a line for every point
//   WAN_CRASH_AT      the point to strike at: its number from 1, or how its name begins; without it nothing is struck
//   WAN_CRASH_SIGNAL  SIGKILL unless told
//   WAN_CRASH_STOPPED milliseconds that a SIGSTOP lasts by the program's clocks, however soon it is continued
//   WAN_CRASH_LINKS   `none` for disks without hard links
//   WAN_CRASH_SHIFT   milliseconds by which the clock is ahead
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { watchFiles } from './files.mjs';
import { setClock, stopFor } from './clock.mjs';
import { traceExit } from './points.mjs';
import { watchSockets } from './sockets.mjs';

// Workers inherit the flag; only the program itself is counted.
if (isMainThread && process.env.WAN_CRASH_TRACE !== undefined) {
  await watchFiles();
  watchSockets();
  setClock(Number(process.env.WAN_CRASH_SHIFT ?? 0));
  if (process.env.WAN_CRASH_STOPPED !== undefined) stopFor(Number(process.env.WAN_CRASH_STOPPED));
  syncBuiltinESMExports();
  traceExit();
}
