import fs from 'node:fs';

const { WAN_CRASH_AT, WAN_CRASH_ROOT: root = '/', WAN_CRASH_SIGNAL: signal = 'SIGKILL' } = process.env;
const target = Number(WAN_CRASH_AT ?? 0);
let wantedName = Number.isNaN(target) ? WAN_CRASH_AT : undefined;
const { openSync, writeSync } = fs;
/** @type {number | undefined} */
let trace;
let count = 0;
/** When the signal was sent, in milliseconds. */
let struckAt = NaN;

/** One place where the program can be stopped. Does not return when it is the place of a SIGKILL. */
export function point(name) {
  count += 1;
  tell(`${count} ${name}`);
  const isHere = count === target || (wantedName !== undefined && name.startsWith(wantedName));
  if (!isHere) return;
  wantedName = undefined;
  // Whoever has sent something is stopped when it has begun to wait for the answer.
  if (signal === 'SIGSTOP' && name.startsWith('after send')) setImmediate(strike);
  else strike();
}

function strike() {
  tell(`! ${signal}`);
  struckAt = performance.now();
  // With SIGKILL nothing after this line runs, with SIGSTOP not before somebody continues it. Other signals reach the
  // program at its next turn.
  process.kill(process.pid, signal);
  if (signal === 'SIGSTOP') wake();
}

let wake = () => {};

/** What to do first after a stop. */
export function onWake(work) {
  wake = work;
}

/** Whether the next point is where a SIGKILL comes: what is under way may then be left half done. */
export function isFatalNext() {
  return count + 1 === target && signal === 'SIGKILL';
}

/** Time went by on the program's clock that did not on the machine's. */
export function tellPassed(ms) {
  tell(`> ${ms}`);
}

/** Ends the trace with the exit code, and how long after the signal the end came. */
export function traceExit() {
  process.on('exit', (code) => {
    const ms = Number.isNaN(struckAt)
      ? ''
      : ` ${Math.round(performance.now() - struckAt)} ms after ${signal}`;
    tell(`= ${code}${ms}`);
  });
}

/** Written at once and past every hook, so that a kill loses nothing. */
function tell(line) {
  trace ??= openSync(process.env.WAN_CRASH_TRACE, 'a');
  writeSync(trace, `${line}\n`);
}

/** A path as points are named, the same in every run; undefined for one that is none of ours. */
export function shownPath(path) {
  const text = String(path);
  if (!text.startsWith(`${root}/`)) return undefined;
  return text
    .slice(root.length + 1)
    .replace(/\.wan-[0-9a-f]{16}\.tmp/gu, '*.tmp')
    .replace(/[0-9a-f]{16}\.claim/gu, '*.claim')
    .replace(/[0-9a-f]{32}/gu, '<hash>')
    .replace(/by-task\/[0-9a-f]{2}(?=\/|$)/gu, 'by-task/<h>')
    .replace(/\d{4}\/\d{2}\/\d{2}/gu, '<day>')
    .replace(/[0-9A-HJKMNP-TV-Z]{12}/gu, '<job>');
}

/** A request as points are named: method and path, without what is new in every run. */
export function shownRequest(line) {
  return line
    .replace(/\?.*$/u, '')
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gu, '<task>')
    .replace(/(?<=dashscope-result\/).*$/u, '<video>');
}
