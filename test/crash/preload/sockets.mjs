import net from 'node:net';
import { pass } from './clock.mjs';
import { isDiskBusy } from './files.mjs';
import { point, shownRequest } from './points.mjs';

/** Bytes of an answer that the program gets at once. */
const stepBytes = 512 * 1024;

/** How long such a step takes on the program's clock. */
const stepMs = 400;
/** Bytes of a request between two points. */
const sentStepBytes = 64 * 1024;

/** Makes points of connecting, of every piece that leaves, and of every step of what arrives. */
export function watchSockets() {
  const { prototype } = net.Socket;
  /** What a connection is busy with: its request, and what has arrived since. */
  const states = new WeakMap();

  const { connect } = prototype;
  prototype.connect = function watchedConnect(...values) {
    const options = Array.isArray(values[0]) ? values[0][0] : values[0];
    // Locks talk through sockets with a name: those are no network.
    if (options?.port === undefined) return connect.apply(this, values);
    states.set(this, {
      request: 'nothing yet',
      sent: 0,
      received: 0,
      arrived: 0,
      queue: [],
      isPumping: false,
    });
    point('before connect');
    this.once('connect', () => point('after connect'));
    return connect.apply(this, values);
  };

  for (const method of ['_write', '_writev']) {
    const original = prototype[method];
    prototype[method] = function watchedWrite(...values) {
      const state = states.get(this);
      if (state === undefined) return original.apply(this, values);
      const first = method === '_write' ? values[0] : values[0][0]?.chunk;
      const line = /^(?:GET|POST|PUT) \S+/u.exec(String(first).slice(0, 4096))?.[0];
      if (line !== undefined)
        Object.assign(state, { request: shownRequest(line), sent: 0, received: 0, arrived: 0 });
      const name = tellPart(state, method === '_write' ? [{ chunk: values[0] }] : values[0]);
      if (name === undefined) return original.apply(this, values);
      point(`before ${name}`);
      const result = original.apply(this, values);
      // What the kernel has taken arrives, whatever becomes of this process.
      point(`after ${name}`);
      return result;
    };
  }

  const push = prototype.push ?? Object.getPrototypeOf(prototype).push;
  prototype.push = function watchedPush(chunk, encoding) {
    const state = states.get(this);
    if (state === undefined) return push.call(this, chunk, encoding);
    state.queue.push(...(chunk === null ? [null] : steps(chunk, state.arrived)));
    state.arrived += chunk?.length ?? 0;
    return state.isPumping || pump(this, state, push);
  };
}

/** How the part of a request that leaves now is called: its start, and whenever another step is full. */
function tellPart(state, chunks) {
  const before = state.sent;
  for (const { chunk } of chunks) state.sent += chunk.length;
  if (before === 0) return `send ${state.request}`;
  const after = Math.floor(state.sent / sentStepBytes);
  if (after === Math.floor(before / sentStepBytes)) return undefined;
  return `send ${state.request} up to ${(after * sentStepBytes) / 1024} KiB`;
}

/** One piece after the other, each when the disk is at rest: so a point finds the same state in every run. */
function pump(socket, state, push) {
  let wantsMore = true;
  while (state.queue.length > 0 && !isDiskBusy()) {
    const piece = state.queue.shift();
    if (piece !== null) tellArrival(state, piece.length);
    wantsMore = push.call(socket, piece);
    // The program looks at it before the next one comes.
    if (state.queue.length > 0) break;
  }
  state.isPumping = state.queue.length > 0 && !socket.destroyed;
  if (!state.isPumping) return wantsMore;
  setTimeout(() => pump(socket, state, push), 1);
  return true;
}

function tellArrival(state, length) {
  const before = Math.floor(state.received / stepBytes);
  if (state.received === 0) point(`receive the start of ${state.request}`);
  state.received += length;
  const after = Math.floor(state.received / stepBytes);
  if (after === before) return;
  // Records of downloads are written by time as well.
  pass(stepMs);
  point(`receive ${state.request} up to ${after / 2} MiB`);
}

/** Cuts a chunk where another step is full. */
function steps(chunk, arrived) {
  const pieces = [];
  for (let at = 0; at < chunk.length;) {
    const end = Math.min(chunk.length, at + stepBytes - ((arrived + at) % stepBytes));
    pieces.push(chunk.subarray(at, end));
    at = end;
  }
  return pieces;
}
