// How long the program takes to start, as a ratio to Node doing nothing. Machines are noisy, so the two are run
// in turn and compared pair by pair; the median ratio is what counts.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const wan = fileURLToPath(new URL('../bin/wan.js', import.meta.url));
const runs = Number.parseInt(process.argv[2] ?? '21', 10);
const cases = [['--version'], ['--help'], ['t2v', '--help'], ['models']];

function milliseconds(args) {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - start;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

console.log(`Node ${process.version}, ${runs} pairs each`);
for (const args of cases) {
  const pairs = [];
  for (let run = 0; run <= runs; run += 1) {
    const pair = { wan: milliseconds([wan, ...args]), node: milliseconds(['-e', '0']) };
    // The first pair warms the disk's cache and is not counted.
    if (run > 0) pairs.push(pair);
  }
  const ratio = median(pairs.map((pair) => pair.wan / pair.node));
  const wanMs = median(pairs.map((pair) => pair.wan));
  const nodeMs = median(pairs.map((pair) => pair.node));
  const name = `wan ${args.join(' ')}`.padEnd(16);
  console.log(`${name} ${ratio.toFixed(2)} x node -e 0   (${wanMs.toFixed(0)} ms : ${nodeMs.toFixed(0)} ms)`);
}
