import { createHash, randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createFileExclusive, writeFileAtomic } from './atomic-file.ts';
import { errorCode } from '../core/error-code.ts';
import type { Host } from './lock-host.ts';
import { readPlainFile } from './plain-file.ts';

// libuv before 1.48 (Node 20) pads an abstract name with zeros to all of sun_path's 108 bytes, later ones (Node 22)
// do not, and zeros count: only a name that fills the field is the same name to both.
// https://github.com/libuv/libuv/pull/4266
const nameLength = 107;

/**
 * The name of a lock's socket. It depends on the directory itself rather than its path, which differs between
 * containers, and on a secret in it, so that no other user can take the name first.
 */
export async function socketName(
  directory: string,
  secret: string,
  host: Host,
  name: string,
): Promise<string> {
  const { dev, ino } = await stat(directory, { bigint: true });
  const parts = [dev, ino, secret, host.boot ?? '', host.space ?? '', name].join('\n');
  return `wan-${createHash('sha512').update(parts).digest('hex')}`.slice(0, nameLength);
}

/** Holds a name until the server is closed or the process is gone, however it goes. Undefined: it is taken. */
export function listen(name: string): Promise<Server | undefined> {
  return new Promise((settle, fail) => {
    const server = createServer((stray) => stray.on('error', () => {}).destroy());
    server.once('error', (error) => (errorCode(error) === 'EADDRINUSE' ? settle(undefined) : fail(error)));
    server.listen({ path: address(name), exclusive: true }, () => {
      server.on('error', () => {}); // failing to accept a stray connection is no reason to fall over
      server.unref();
      settle(server);
    });
  });
}

/** Whether some process holds a name; takes nothing itself. In doubt (no free descriptor) the answer is yes. */
export function isListening(name: string): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(address(name));
    socket.once('connect', () => {
      settle(true);
      socket.destroy();
    });
    socket.on('error', (error) => {
      settle(!['ECONNREFUSED', 'ENOENT'].includes(errorCode(error) ?? ''));
    });
  });
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((settle) => {
    server.close(() => settle());
  });
}

/** The directory's secret, made if there is none; processes that make one at once agree on one. */
export async function makeSecret(directory: string): Promise<string> {
  const path = join(directory, 'secret');
  const fresh = randomBytes(32).toString('hex');
  const present = await readSecret(directory);
  if (present !== undefined) return present;
  try {
    await createFileExclusive(path, fresh);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    // Made by another just now, or damaged. Should two processes repair it at once, they may end up with two
    // names; their claims still keep them apart.
    if ((await readSecret(directory)) === undefined) await writeFileAtomic(path, fresh);
  }
  return (await readSecret(directory)) ?? fresh;
}

/** The directory's secret, or undefined when there is no whole one. */
export async function readSecret(directory: string): Promise<string | undefined> {
  const text = (await readPlainFile(join(directory, 'secret'))) ?? '';
  return /^[0-9a-f]{64}$/.test(text) ? text : undefined;
}

function address(name: string): string {
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : `\0${name}`;
}
