import { appendFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createLocks, type Lock } from '../../src/store/lock.ts';
import { readHost } from '../../src/store/lock-host.ts';

// What lock.test.ts starts several times: takes one lock on command. Parameters: state directory, lock name, and
// optionally the network namespace to pretend to be in.

const [stateDir = '', name = '', space] = process.argv.slice(2);
const host = await readHost();
const locks = createLocks(stateDir, { host: space === undefined ? host : { ...host, space } });
let lock: Lock | undefined;

const commands: Record<string, () => Promise<string>> = {
  async try() {
    try {
      const taken = await locks.tryLock(name);
      lock ??= taken;
      return taken === undefined ? 'held by another' : 'mine';
    } catch (error) {
      return error instanceof Error && 'code' in error ? `failed: ${String(error.code)}` : String(error);
    }
  },
  async stillHeld() {
    return String(await lock?.stillHeld());
  },
  async isHeld() {
    return String(await locks.isHeld(name));
  },
  async release() {
    await lock?.release();
    lock = undefined;
    return 'released';
  },
  async space() {
    return String(host.space);
  },
  async contest() {
    const marker = path.join(stateDir, 'owner');
    let wins = 0;
    for (let round = 0; round < 25; round += 1) {
      const won = await locks.tryLock(name);
      if (won === undefined) continue;
      await writeFile(marker, String(process.pid), { flag: 'wx' }); // fails while there is another owner
      await appendFile(path.join(stateDir, 'wins'), `${process.pid}\n`);
      if (!(await won.stillHeld())) throw new Error('won a lock and did not hold it');
      await rm(marker);
      await won.release();
      wins += 1;
    }
    return `wins ${wins}`;
  },
};

process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${(await commands[line]?.()) ?? 'unknown command'}\n`);
}
