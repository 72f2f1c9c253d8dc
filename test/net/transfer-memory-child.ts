import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { Agent } from 'undici';
import { downloadToPart } from '../../src/net/transfer.ts';

// Fetches a link over one connection, and says how many bytes came and how much memory that took at its peak, in kB.
const [, , link = '', partPath = ''] = process.argv;
const agent = new Agent();
const { bytes } = await downloadToPart({
  link,
  partPath,
  owner: 'job000000001',
  dispatcher: () => agent,
  allowPrivate: true,
  signal: new AbortController().signal,
  clock: { now: Date.now, sleep: (ms) => setTimeout(ms) },
  connections: 1,
});
await agent.destroy();
const peak = /^VmHWM:\s+(\d+) kB/mu.exec(await readFile('/proc/self/status', 'utf8'))?.[1];
process.stdout.write(`${bytes} ${peak}\n`);
