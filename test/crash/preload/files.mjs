import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import { isFatalNext, point, shownPath } from './points.mjs';

const { O_WRONLY, O_RDWR, O_CREAT } = fs.constants;
const { writeSync } = fs;
/** Bytes of a video between two points: a point for each piece that is written would be hundreds. */
const stepBytes = 1024 * 1024;

/** Operations that are under way: sockets hand out the next bytes when there are none. */
let running = 0;
export const isDiskBusy = () => running > 0;

/** Makes points of everything that changes the disk: names, bytes, flushes. */
export async function watchFiles() {
  /** Which file a handle is open on. */
  const paths = new WeakMap();
  const ofPath = (path) => (typeof path === 'object' && paths.has(path) ? paths.get(path) : path);

  wrap(fsPromises, 'open', {
    name: (path, flags) => (isForWriting(flags) ? shownPath(path) : undefined),
    done: (handle, path) => paths.set(handle, path),
  });
  if (process.env.WAN_CRASH_LINKS === 'none') refuseLinks();
  for (const method of ['rename', 'link', 'copyFile', 'symlink']) {
    wrap(fsPromises, method, {
      name: (from, to) => both(shownPath(from), shownPath(to)),
    });
  }
  for (const method of ['unlink', 'rm', 'rmdir', 'truncate', 'writeFile', 'appendFile']) {
    wrap(fsPromises, method, { name: (path) => shownPath(ofPath(path)) });
  }
  // Most calls find the directory there: those change nothing.
  const { mkdir } = fsPromises;
  fsPromises.mkdir = async (path, options) => {
    const made = await mkdir(path, options);
    const name = made === undefined ? undefined : shownPath(path);
    if (name !== undefined) point(`after mkdir ${name}`);
    return made;
  };

  const handle = await fsPromises.open(new URL(import.meta.url));
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  const nameOf = (file) => (paths.has(file) ? shownPath(paths.get(file)) : undefined);
  for (const method of ['sync', 'datasync', 'truncate', 'chmod']) {
    wrap(prototype, method, { name: (...values) => nameOf(values.at(-1)), isMethod: true });
  }
  for (const method of ['writeFile', 'appendFile']) {
    wrap(prototype, method, {
      name: (...values) => nameOf(values.at(-1)),
      isMethod: true,
      half: (file, data) => writeSync(file.fd, Buffer.from(data).subarray(0, Math.ceil(data.length / 2))),
    });
  }
  watchPieces(prototype, nameOf);
}

/** Of a disk that has no hard links. */
function refuseLinks() {
  fsPromises.link = async (from, to) => {
    throw Object.assign(new Error(`EPERM: operation not permitted, link '${from}' -> '${to}'`), {
      code: 'EPERM',
    });
  };
}

/** Videos arrive in pieces, which get a point whenever they pass another step. */
function watchPieces(prototype, nameOf) {
  for (const method of ['write', 'writev']) {
    const original = prototype[method];
    const positions = new WeakMap();
    prototype[method] = async function writePiece(...values) {
      const name = nameOf(this);
      const before = positions.get(this) ?? 0;
      const [data, second, length = sizeOf(data), fourth] = values;
      const [size, position] = method === 'write' ? [length, fourth] : [sizeOf(data), second];
      const end = (position ?? before) + size;
      positions.set(this, end);
      const isStep = name !== undefined && Math.floor(end / stepBytes) > Math.floor((end - size) / stepBytes);
      const step = `${name} past ${Math.floor(end / stepBytes)} MiB`;
      if (isStep) point(`before write ${step}`);
      running += 1;
      try {
        return await original.apply(this, values);
      } finally {
        running -= 1;
        if (isStep) point(`after write ${step}`);
      }
    };
  }
}

function wrap(owner, method, { name, done, half, isMethod = false }) {
  const original = owner[method];
  owner[method] = async function watched(...values) {
    const shown = isMethod ? name(...values, this) : name(...values);
    if (shown !== undefined) {
      point(`before ${method} ${shown}`);
      // A write can be cut in its middle, too.
      if (half !== undefined) {
        if (isFatalNext()) half(this, values[0]);
        point(`amid ${method} ${shown}`);
      }
    }
    running += 1;
    try {
      const result = await original.apply(this, values);
      done?.(result, ...values);
      return result;
    } finally {
      running -= 1;
      if (shown !== undefined) point(`after ${method} ${shown}`);
    }
  };
}

function sizeOf(data) {
  return Array.isArray(data) ? data.reduce((sum, piece) => sum + piece.byteLength, 0) : data.length;
}

function both(from, to) {
  return from === undefined && to === undefined ? undefined : `${from ?? '?'} -> ${to ?? '?'}`;
}

function isForWriting(flags = 'r') {
  return typeof flags === 'string' ? /[wax+]/u.test(flags) : (flags & (O_WRONLY | O_RDWR | O_CREAT)) !== 0;
}
