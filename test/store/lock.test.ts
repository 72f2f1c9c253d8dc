import { randomBytes } from 'node:crypto';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLocks, type LockOptions, type Locks } from '../../src/store/lock.ts';
import { readHost, type Host } from '../../src/store/lock-host.ts';
import { makeSecret, socketName } from '../../src/store/lock-socket.ts';
import { bundle } from '../helpers/bundle.ts';
import { killChildren, startChild, type Child } from './child-process.ts';

let scripts: string;
let script: string;
let stateDir: string;

beforeAll(async () => {
  scripts = await mkdtemp(path.join(tmpdir(), 'wan-lock-scripts-'));
  script = await bundle('test/store/lock-child.ts', scripts);
});
afterAll(() => rm(scripts, { recursive: true, force: true }));
beforeEach(async () => {
  stateDir = await mkdtemp(path.join(tmpdir(), 'wan-lock-'));
});
afterEach(async () => {
  await killChildren();
  await rm(stateDir, { recursive: true, force: true });
});

async function child(parameters: readonly string[] = [], wrapper: readonly string[] = []): Promise<Child> {
  const started = startChild(script, [stateDir, 'job', ...parameters], wrapper);
  expect(await started.ask()).toBe('ready');
  return started;
}

function claims(): Promise<string[]> {
  return readdir(path.join(stateDir, 'locks')).then((files) => files.filter((file) => file !== 'secret'));
}

async function claimPath(): Promise<string> {
  const [file = 'no claim', ...others] = await claims();
  expect(others).toEqual([]);
  return path.join(stateDir, 'locks', file);
}

describe('between processes', () => {
  test('a lock is held until it is released', async () => {
    const [first, second] = await Promise.all([child(), child()]);
    expect(await second.ask('isHeld')).toBe('false');
    expect(await first.ask('try')).toBe('mine');
    expect(await second.ask('try')).toBe('held by another');
    expect(await second.ask('isHeld')).toBe('true');
    expect(await first.ask('isHeld')).toBe('true');
    expect(await first.ask('stillHeld')).toBe('true');
    await first.ask('release');
    expect(await second.ask('isHeld')).toBe('false');
    expect(await claims()).toEqual([]);
    expect(await second.ask('try')).toBe('mine');
  });

  test('kill -9 frees a lock at once', async () => {
    const [first, second] = await Promise.all([child(), child()]);
    expect(await first.ask('try')).toBe('mine');
    await first.kill();
    expect(await claims()).toHaveLength(1);
    expect(await second.ask('isHeld')).toBe('false');
    expect(await second.ask('try')).toBe('mine');
    expect(await claims()).toHaveLength(1);
  });

  test('a lock does not keep its process alive, and ends with it', async () => {
    const entry = path.join(scripts, 'leaves.ts');
    await writeFile(
      entry,
      `import { createLocks } from ${JSON.stringify(path.resolve('src/store/lock.ts'))};
       const lock = await createLocks(process.argv[2]).tryLock('job');
       process.stdout.write(lock === undefined ? 'no\\n' : 'mine\\n');`,
    );
    const leaves = startChild(await bundle(entry, scripts), [stateDir]);
    expect(await leaves.ask()).toBe('mine');
    await expect(leaves.ask()).rejects.toThrow('ended without an answer');
    expect(await createLocks(stateDir).tryLock('job')).toBeDefined();
  });

  const four = [undefined, 'net:[1]', 'net:[2]', 'net:[3]'];
  test.each([
    ['in one network namespace', Array.from({ length: 8 }, () => undefined)],
    ['in eight network namespaces', Array.from({ length: 8 }, (_, index) => `net:[${index}]`)],
    ['two in each of four network namespaces', [...four, ...four]],
  ])('two hundred tries by eight processes %s never have two owners', async (_, spaces) => {
    const all = await Promise.all(spaces.map((space) => child(space === undefined ? [] : [space])));
    const answers = await Promise.all(all.map((one) => one.ask('contest')));
    expect(answers).toEqual(answers.map(() => expect.stringMatching(/^wins \d+$/)));
    const wins = answers.map((answer) => Number(answer.slice('wins '.length))).reduce((a, b) => a + b);
    expect(wins).toBeGreaterThan(0);
    const recorded = await readFile(path.join(stateDir, 'wins'), 'utf8');
    expect(recorded.split('\n')).toHaveLength(wins + 1);
    expect(await claims()).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')('a lock holds in a real second network namespace', async () => {
    const [inside, outside] = await Promise.all([
      child(
        [],
        process.getuid?.() === 0 ? ['unshare', '--net'] : ['unshare', '--map-root-user', '--net'],
      ).catch((cause: unknown) => {
        throw new Error('this test needs the right to run `unshare --net`', { cause });
      }),
      child(),
    ]);
    expect(await inside.ask('space')).not.toBe(await outside.ask('space'));
    expect(await inside.ask('try')).toBe('mine');
    expect(await outside.ask('isHeld')).toBe('true');
    expect(await outside.ask('try')).toBe('held by another');
    expect(await inside.ask('stillHeld')).toBe('true');
    await inside.ask('release');
    expect(await outside.ask('try')).toBe('mine');
    expect(await inside.ask('try')).toBe('held by another');
  });

  test.skipIf(process.platform === 'win32')(
    'a claim that cannot be written fails with the system error and leaves nothing held',
    async () => {
      await (await createLocks(stateDir).tryLock('job'))?.release(); // makes the secret
      const noFiles = ['sh', '-c', 'trap "" XFSZ; ulimit -f 0; exec "$@"', 'sh'];
      const unlucky = await child([], noFiles);
      expect(await unlucky.ask('try')).toBe('failed: EFBIG');
      expect(await unlucky.ask('try')).toBe('failed: EFBIG');
      expect(await claims()).toEqual([]);
      expect(await createLocks(stateDir).tryLock('job')).toBeDefined();
    },
  );
});

test('the same process does not get a lock twice', async () => {
  const locks = createLocks(stateDir);
  const lock = await locks.tryLock('job');
  expect(lock).toBeDefined();
  expect(await locks.tryLock('job')).toBeUndefined();
  expect(await createLocks(stateDir).tryLock('job')).toBeUndefined();
  expect(await locks.tryLock('job2')).toBeDefined();
  await lock?.release();
  await lock?.release();
  expect(await lock?.stillHeld()).toBe(false);
  expect(await locks.tryLock('job')).toBeDefined();
});

test('asking changes nothing on disk', async () => {
  expect(await createLocks(path.join(stateDir, 'missing')).isHeld('job')).toBe(false);
  expect(await readdir(stateDir)).toEqual([]);
});

test('what it keeps is private', async () => {
  await createLocks(stateDir).tryLock('job');
  expect((await stat(path.join(stateDir, 'locks'))).mode & 0o777).toBe(0o700);
  expect((await stat(path.join(stateDir, 'locks', 'secret'))).mode & 0o777).toBe(0o600);
  expect((await stat(await claimPath())).mode & 0o777).toBe(0o600);
});

test.each(['', '../job', 'a.b', 'a/b', 'a b', 'ä', 'a\n', 'x'.repeat(65)])('%j is no name', async (name) => {
  const locks = createLocks(stateDir);
  await expect(locks.tryLock(name)).rejects.toThrow('cannot be the name of a lock');
  await expect(locks.isHeld(name)).rejects.toThrow('cannot be the name of a lock');
});

test('the file system error comes through', async () => {
  await writeFile(path.join(stateDir, 'file'), '');
  await expect(createLocks(path.join(stateDir, 'file')).tryLock('job')).rejects.toMatchObject({
    code: 'ENOTDIR',
  });
});

test.skipIf(process.platform !== 'linux')('strangers that connect to the socket are hung up on', async () => {
  const lock = await createLocks(stateDir).tryLock('job');
  const [json = ''] = (await readFile(await claimPath(), 'utf8')).split('\n');
  const claim: unknown = JSON.parse(json);
  const name = claim !== null && typeof claim === 'object' && 'socket' in claim ? String(claim.socket) : '';
  // All of sun_path: otherwise Node 20 and Node 22 bind different names.
  expect(Buffer.byteLength(`\0${name}`)).toBe(108);
  await new Promise((closed, failed) => {
    connect(`\0${name}`).on('close', closed).on('error', failed).resume();
  });
  expect(await lock?.stillHeld()).toBe(true);
});

/** A host as on BSD and macOS, where the numbers given are running: the start of each, or '' when nobody can tell. */
function bsd(processes: Record<number, string>): Host {
  return {
    boot: 'boot-1',
    space: 'processes',
    processes: {
      isRunning: (pid) => processes[pid] !== undefined,
      startOf: async (pid) => processes[pid] || undefined,
    },
  };
}

/** Two processes' worth of locks in this one, in two namespaces, with clocks and beats moved by hand. */
describe('judged by its claim', () => {
  const here = { boot: 'boot-1', space: 'net:[1]' };
  let monotonicMs: number;
  let wallMs: number;

  beforeEach(() => {
    monotonicMs = 5_000_000;
    wallMs = Date.now();
  });

  function locksAt(host: Host, options: LockOptions = {}): Locks {
    const clock = { monotonicMs: () => monotonicMs, wallMs: () => wallMs };
    return createLocks(stateDir, { host, clock, repeat: () => () => {}, ...options });
  }

  function sleep(ms: number): void {
    monotonicMs += ms;
    wallMs += ms;
  }

  test('a lock in another namespace holds for a minute after its last beat, then changes hands', async () => {
    const lock = await locksAt(here).tryLock('job');
    const there = locksAt({ ...here, space: 'net:[2]' });
    sleep(60_000);
    expect(await there.tryLock('job')).toBeUndefined();
    expect(await there.isHeld('job')).toBe(true);
    sleep(1);
    expect(await there.isHeld('job')).toBe(false);
    const taken = await there.tryLock('job');
    expect(taken).toBeDefined();
    expect(await lock?.stillHeld()).toBe(false);
    await lock?.release();
    expect(await taken?.stillHeld()).toBe(true);
    expect(await claims()).toHaveLength(1);
  });

  test('wall clock jumps neither end nor keep the lock of another namespace', async () => {
    await locksAt(here).tryLock('job');
    const there = locksAt({ ...here, space: 'net:[2]' });
    wallMs += 3_600_000;
    expect(await there.tryLock('job')).toBeUndefined();
    wallMs -= 7_200_000;
    monotonicMs += 60_001;
    expect(await there.tryLock('job')).toBeDefined();
  });

  test('of contestants that meet, one wins', async () => {
    for (let round = 0; round < 20; round += 1) {
      const spaces = Array.from({ length: 8 }, (_, index) => ({ ...here, space: `net:[${index}]` }));
      const taken = await Promise.all(spaces.map((host) => locksAt(host).tryLock('job')));
      const [lock, ...others] = taken.filter((one) => one !== undefined);
      expect(others).toEqual([]);
      expect(await lock?.stillHeld()).toBe(true);
      await lock?.release();
    }
  });

  test('every beat and every question renews it', async () => {
    let beat: (() => Promise<void>) | undefined;
    const lock = await locksAt(here, {
      repeat: (task) => {
        beat = task;
        return () => (beat = undefined);
      },
    }).tryLock('job');
    const there = locksAt({ ...here, space: 'net:[2]' });
    sleep(50_000);
    await beat?.();
    sleep(50_000);
    expect(await there.tryLock('job')).toBeUndefined();
    expect(await lock?.stillHeld()).toBe(true);
    sleep(50_000);
    expect(await there.tryLock('job')).toBeUndefined();
    await lock?.release();
    expect(beat).toBeUndefined();
    expect(await there.tryLock('job')).toBeDefined();
  });

  test('an owner that slept for an hour goes on when nobody took over', async () => {
    const lock = await locksAt(here).tryLock('job');
    sleep(3_600_000);
    expect(await lock?.stillHeld()).toBe(true);
    expect(await locksAt({ ...here, space: 'net:[2]' }).tryLock('job')).toBeUndefined();
  });

  test('an owner that slept gives way to one that is just taking over', async () => {
    const lock = await locksAt(here).tryLock('job');
    sleep(60_001);
    // As far as a contestant gets before it removes the claim it found dead.
    const claim = { nonce: 'other', pid: 1, ...here, space: 'net:[2]', socket: 'x', processStart: null };
    const file = path.join(stateDir, 'locks', 'job.other.claim');
    await writeFile(file, `${JSON.stringify({ ...claim, startedMs: monotonicMs })}\n`);
    expect(await lock?.stillHeld()).toBe(false);
    expect(await claims()).toEqual(['job.other.claim']);
    await lock?.release();
  });

  test('a claim of another boot counts by its last change, whatever its beat says', async () => {
    await locksAt(here).tryLock('job');
    const file = await claimPath();
    await utimes(file, wallMs / 1000, wallMs / 1000);
    monotonicMs = 1000; // counts from the start of the machine
    const rebooted = locksAt({ ...here, boot: 'boot-2' });
    wallMs += 59_000;
    expect(await rebooted.tryLock('job')).toBeUndefined();
    expect(await rebooted.isHeld('job')).toBe(true);
    wallMs += 2000;
    expect(await rebooted.tryLock('job')).toBeDefined();
    expect(await claims()).toHaveLength(1);
  });

  test('a clock set back does not strand the job of another boot', async () => {
    await locksAt(here).tryLock('job');
    wallMs -= 3_600_000;
    expect(await locksAt({ ...here, boot: 'boot-2' }).tryLock('job')).toBeDefined();
  });

  test('two machines that cannot tell their boot or namespace do not share a lock', async () => {
    const nowhere: Host = { boot: undefined, space: undefined };
    await locksAt(nowhere).tryLock('job');
    expect(await locksAt(nowhere).tryLock('job')).toBeUndefined();
    expect(await locksAt(here).tryLock('job')).toBeUndefined();
    expect(await locksAt({ ...here, space: undefined }).tryLock('job')).toBeUndefined();
  });

  test('a claim that cannot be told from ours by its namespace counts by its beat', async () => {
    const lock = await locksAt({ ...here, space: undefined }).tryLock('job');
    expect(await locksAt(here).tryLock('job')).toBeUndefined();
    sleep(60_001);
    expect(await locksAt(here).tryLock('job')).toBeDefined();
    expect(await lock?.stillHeld()).toBe(false);
  });

  test('the lock holds though its claim was removed, until its owner asks', async () => {
    const lock = await locksAt(here).tryLock('job');
    await rm(await claimPath());
    expect(await locksAt(here).tryLock('job')).toBeUndefined();
    expect(await lock?.stillHeld()).toBe(false);
  });

  test('the lock holds though its secret was removed meanwhile', async () => {
    const lock = await locksAt(here).tryLock('job');
    await rm(path.join(stateDir, 'locks', 'secret'));
    sleep(3_600_000); // the socket is known from the claim, so beats do not matter
    expect(await locksAt(here).tryLock('job')).toBeUndefined();
    await lock?.release();
    expect(await locksAt(here).tryLock('job')).toBeDefined();
  });

  test.each([
    ['empty', ''],
    ['garbage', randomBytes(100)],
    ['cut short', '{"nonce":"00","pid":1'],
    ['of another form', '{"nonce":1}\n'],
    ['null', 'null\n'],
  ])('a claim file that is %s never stops a lock', async (_, content) => {
    await mkdir(path.join(stateDir, 'locks'));
    await writeFile(path.join(stateDir, 'locks', 'job.00.claim'), content);
    const locks = locksAt(here);
    expect(await locks.isHeld('job')).toBe(false);
    const lock = await locks.tryLock('job');
    expect(await lock?.stillHeld()).toBe(true);
    expect(await claims()).toHaveLength(1);
  });

  test('a directory in the place of a claim never stops a lock', async () => {
    await mkdir(path.join(stateDir, 'locks', 'job.00.claim'), { recursive: true });
    expect(await locksAt(here).isHeld('job')).toBe(false);
    expect(await (await locksAt(here).tryLock('job'))?.stillHeld()).toBe(true);
  });

  test.each(['', 'not a secret'])('the secret %j is replaced', async (content) => {
    await mkdir(path.join(stateDir, 'locks'));
    await writeFile(path.join(stateDir, 'locks', 'secret'), content);
    expect(await locksAt(here).tryLock('job')).toBeDefined();
    expect(await locksAt(here).tryLock('job')).toBeUndefined();
    expect(await readFile(path.join(stateDir, 'locks', 'secret'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  });

  test('half a beat counts as none', async () => {
    await locksAt(here).tryLock('job');
    await appendFile(await claimPath(), '\n9'); // cut short by a full disk
    expect(await locksAt({ ...here, space: 'net:[2]' }).tryLock('job')).toBeUndefined();
    await appendFile(await claimPath(), `\n${monotonicMs + 50_000}\n`);
    sleep(100_000);
    expect(await locksAt({ ...here, space: 'net:[2]' }).tryLock('job')).toBeUndefined();
  });

  describe('on a system without sockets that die with their owner', () => {
    test('the owner holds while it runs, in its own process too', async () => {
      const locks = locksAt(bsd({ [process.pid]: 'Monday' }));
      const lock = await locks.tryLock('job');
      sleep(3_600_000);
      expect(await locks.tryLock('job')).toBeUndefined();
      expect(await locks.isHeld('job')).toBe(true);
      await lock?.release();
      expect(await locks.tryLock('job')).toBeDefined();
    });

    test.each([
      ['is gone', {}, true],
      ['is another process by now', { [process.pid]: 'Tuesday' }, true],
      ['has a start nobody can tell', { [process.pid]: '' }, false],
    ])('an owner whose number %s: free is %j', async (_, processes, free) => {
      const lock = await locksAt(bsd({ [process.pid]: 'Monday' })).tryLock('job');
      expect(await locksAt(bsd(processes)).isHeld('job')).toBe(!free);
      expect((await locksAt(bsd(processes)).tryLock('job')) !== undefined).toBe(free);
      expect(await lock?.stillHeld()).toBe(!free);
    });
  });
});

test.skipIf(process.platform === 'win32')('reads when a process was started', async () => {
  const { processes } = await readHost('freebsd');
  const start = await processes?.startOf(process.pid);
  expect(start).toMatch(/ \d\d:\d\d:\d\d 20\d\d$/);
  expect(await processes?.startOf(process.pid)).toBe(start);
  expect(processes?.isRunning(process.pid)).toBe(true);
  const nobody = 2 ** 30;
  expect(await processes?.startOf(nobody)).toBeUndefined();
  expect(processes?.isRunning(nobody)).toBe(false);
});

test('a socket name depends on the directory, not its path, and on everything else that tells locks apart', async () => {
  const [one, other, link] = [path.join(stateDir, '1'), path.join(stateDir, '2'), path.join(stateDir, '3')];
  await mkdir(one);
  await mkdir(other);
  await symlink(one, link);
  const host = { boot: 'boot-1', space: 'net:[1]' };
  const name = await socketName(one, 'secret', host, 'job');
  expect(await socketName(link, 'secret', host, 'job')).toBe(name);
  const others = await Promise.all([
    socketName(other, 'secret', host, 'job'),
    socketName(one, 'secret 2', host, 'job'),
    socketName(one, 'secret', { ...host, boot: 'boot-2' }, 'job'),
    socketName(one, 'secret', { ...host, space: 'net:[2]' }, 'job'),
    socketName(one, 'secret', host, 'job2'),
  ]);
  expect(new Set([name, ...others]).size).toBe(6);
});

test('all who make the secret at once agree on one', async () => {
  const secrets = await Promise.all(Array.from({ length: 20 }, () => makeSecret(stateDir)));
  expect(new Set(secrets).size).toBe(1);
  expect(await readFile(path.join(stateDir, 'secret'), 'utf8')).toBe(secrets[0]);
});

test('this host can be told from others', async () => {
  const host = await readHost();
  expect(host.boot).toMatch(/\S/);
  expect(host.space).toMatch(/\S/);
  expect(await readHost()).toEqual(host);
});
