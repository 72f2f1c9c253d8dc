import { join } from 'node:path';
import { UsageError } from '../core/errors.ts';
import { makePrivateDirectory } from './atomic-file.ts';
import { newNonce, type Claim } from './lock-claim.ts';
import { enter, survey, type Clock, type Viewer } from './lock-contest.ts';
import { readHost, type Host } from './lock-host.ts';
import { keepClaim, type Repeat } from './lock-lease.ts';
import { closeServer, listen, makeSecret, socketName } from './lock-socket.ts';

// A lock that dies with its owner, by two means. A socket whose name only one process can hold, and which the kernel
// frees the moment that process is gone: exact, but unseen from another network namespace, that is another container.
// And a claim file with a beat every ten seconds, which every process that shares the directory sees.

export type Locks = {
  /**
   * Takes a lock, or resolves to undefined when a living process has it, this one included. Throws the file
   * system's error (EROFS, EACCES, ENOSPC, ...) when claims cannot be written, UsageError for a name that is not
   * 1 to 64 letters, digits, `_` or `-`.
   */
  tryLock: (name: string) => Promise<Lock | undefined>;
  /** Whether a living process has a lock, or is just trying to take it. Changes nothing. */
  isHeld: (name: string) => Promise<boolean>;
};

/** Ends with the process at the latest; it does not keep the process alive. */
export type Lock = {
  /**
   * Whether the lock is still ours, to be asked right before what must not happen twice. False after the process
   * was stopped for a minute or more and another took over. When true, nobody takes over within the next minute.
   * Throws the file system's error when the claim cannot be renewed: then it is not known, which means no.
   */
  stillHeld: () => Promise<boolean>;
  /** The same without the disk: false as soon as the process was stopped for a while, and the disk must be asked. */
  isFresh: () => boolean;
  /** May be called again; does nothing then. Never throws. */
  release: () => Promise<void>;
};

export type LockOptions = {
  /** Where this process runs; read from the system unless told. */
  host?: Host;
  clock?: Clock;
  /** A timer of ten seconds unless told. */
  repeat?: Repeat;
};

const systemClock: Clock = {
  monotonicMs: () => Number(process.hrtime.bigint() / 1_000_000n),
  wallMs: () => Date.now(),
};

/** The locks of a state directory, kept in `locks/` inside it. */
export function createLocks(stateDir: string, options: LockOptions = {}): Locks {
  const directory = join(stateDir, 'locks');
  const { clock = systemClock, repeat = onTimer } = options;

  async function tryLock(name: string): Promise<Lock | undefined> {
    checkName(name);
    await makePrivateDirectory(directory);
    const host = options.host ?? (await readHost());
    if (host.processes !== undefined) return contend(name, { directory, host, clock }, async () => {});
    const socket = await socketName(directory, await makeSecret(directory), host, name);
    const server = await listen(socket);
    if (server === undefined) return undefined;
    return contend(name, { directory, host, clock, socket }, () => closeServer(server));
  }

  async function contend(
    name: string,
    viewer: Viewer,
    leave: () => Promise<void>,
  ): Promise<Lock | undefined> {
    try {
      const startedWallMs = clock.wallMs();
      const claim = await newClaim(viewer);
      const path = await enter(name, claim, viewer);
      const lease = path && (await keepClaim({ path, name, claim, startedWallMs, viewer, repeat }));
      if (lease) return { stillHeld: lease.renew, isFresh: lease.isFresh, release: once(lease.end, leave) };
    } catch (error) {
      await leave();
      throw error;
    }
    await leave();
    return undefined;
  }

  async function isHeld(name: string): Promise<boolean> {
    checkName(name);
    const host = options.host ?? (await readHost());
    const { alive } = await survey(name, { directory, host, clock });
    return alive.length > 0;
  }

  return { tryLock, isHeld };
}

const onTimer: Repeat = (task) => {
  const timer = setInterval(() => void task(), 10_000);
  timer.unref();
  return () => clearInterval(timer);
};

function checkName(name: string): void {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw new UsageError(`"${name}" cannot be the name of a lock`);
}

async function newClaim({ host, clock, socket }: Viewer): Promise<Claim> {
  return {
    nonce: newNonce(),
    pid: process.pid,
    boot: host.boot ?? null,
    space: host.space ?? null,
    socket: socket ?? null,
    processStart: (await host.processes?.startOf(process.pid)) ?? null,
    startedMs: clock.monotonicMs(),
  };
}

// The claim goes first: once the socket is free, the next owner in our namespace looks for claims.
function once(end: () => Promise<void>, leave: () => Promise<void>): () => Promise<void> {
  let run: Promise<void> | undefined;
  async function release(): Promise<void> {
    // A claim that cannot be removed counts for nothing once its owner is gone. The failure of a disk here must not
    // hide what the lock was held for: it may be the id of a paid task.
    await end().catch(() => {});
    await leave();
  }
  return () => (run ??= release());
}
