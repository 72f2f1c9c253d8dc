import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';

/** Where a process runs, as far as it matters to whom it can see and hear. */
export type Host = {
  /** One running kernel: what dies with a reboot. Undefined when it cannot be told. */
  boot: string | undefined;
  /** The part of it in which socket names are unique: a network namespace. Undefined when it cannot be told. */
  space: string | undefined;
  /** Only on systems without sockets that vanish with their owner: how to tell a process from its successor. */
  processes?: ProcessTable;
};

export type ProcessTable = {
  /** When a process was started, in the system's own words; undefined when nobody says. */
  startOf: (pid: number) => Promise<string | undefined>;
  isRunning: (pid: number) => boolean;
};

/** This process's own host. Never fails: what cannot be read is undefined. */
export async function readHost(platform: NodeJS.Platform = process.platform): Promise<Host> {
  if (platform === 'linux') {
    const [boot, time, space] = await Promise.all([
      orUndefined(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
      // A time namespace shifts the monotonic clock, so its beats cannot be compared with another's.
      orUndefined(readlink('/proc/self/ns/time')),
      orUndefined(readlink('/proc/self/ns/net')),
    ]);
    return { boot: boot && `${boot.trim()} ${time ?? ''}`.trim(), space };
  }
  // Pipe names belong to the whole machine, and one never outlives its owner, so boots need no telling apart.
  if (platform === 'win32') return { boot: `windows ${hostname()}`, space: 'pipes' };
  const key = platform === 'darwin' ? 'kern.bootsessionuuid' : 'kern.boottime';
  return { boot: await output('sysctl', ['-n', key]), space: 'processes', processes: systemProcesses };
}

/**
 * How long this kernel has been running, sleep included, and which run of it that is. Undefined where a reboot could not
 * be told: then nothing may be concluded from the number.
 */
export async function readUptime(
  platform: NodeJS.Platform = process.platform,
): Promise<{ boot: string; ms: number } | undefined> {
  if (platform === 'win32') return undefined;
  const { boot } = await readHost(platform);
  return boot === undefined || boot === '' ? undefined : { boot, ms: Math.round(uptime() * 1000) };
}

const systemProcesses: ProcessTable = {
  startOf: (pid) => output('ps', ['-o', 'lstart=', '-p', String(pid)]),
  isRunning(pid) {
    try {
      return process.kill(pid, 0);
    } catch (error) {
      // EPERM: it runs, as somebody else.
      return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
    }
  },
};

function output(command: string, parameters: readonly string[]): Promise<string | undefined> {
  return new Promise((settle) => {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    execFile(command, parameters, { env }, (error, stdout) => {
      settle(error === null && stdout.trim() !== '' ? stdout.trim() : undefined);
    });
  });
}

function orUndefined<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  return promise.catch(() => undefined);
}
