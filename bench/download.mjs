// How fast and in how little memory `wan download` fetches a large file, beside curl and aria2c. Machines are noisy, so
// all of them run in turn and are compared round by round; the median ratio is what counts. Above 1: wan is faster.
//   node bench/download.mjs [rounds] [directory to download into; a new one in the system's temporary directory]
// wan flushes the file to the disk before it is done and the others do not, so curl is also measured with `sync`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const wan = fileURLToPath(new URL('../bin/wan.js', import.meta.url));
const service = fileURLToPath(new URL('file-service.mjs', import.meta.url));
const rounds = Number.parseInt(process.argv[2] ?? '5', 10);
const base = process.argv[3] ?? tmpdir();
const place = mkdtempSync(join(base, 'wan-bench-'));
const finished = '00000000-0000-4000-8000-000000000000';
const unfinished = '11111111-0000-4000-8000-000000000000';
const mebibyte = 1024 * 1024;
const target = join(place, 'out.mp4');
const knowsConnections = spawnSync(process.execPath, [wan, 'download', '--help'])
  .stdout.toString()
  .includes('--connections');

const services = [];

async function startService(bytes, bytesPerSecond) {
  const child = spawn(process.execPath, [service, String(bytes), String(bytesPerSecond)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  services.push(child);
  const port = await new Promise((resolve) => {
    child.stdout.once('data', (text) => resolve(Number(text)));
  });
  return `http://127.0.0.1:${port}`;
}

function environment(origin) {
  return {
    PATH: process.env.PATH,
    HOME: place,
    WAN_STATE_DIR: join(place, 'state'),
    WAN_CONFIG_DIR: join(place, 'config'),
    DASHSCOPE_HTTP_BASE_URL: `${origin}/api/v1`,
    DASHSCOPE_API_KEY: 'sk-0123456789abcdef',
  };
}

/** Runs a command to its end. Seconds, and for a Node process the most memory it had, in MB. */
async function measure([command, ...args], { env = process.env, untilMs } = {}) {
  const start = performance.now();
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => (errors += text));
  let peakMb = 0;
  const look = () => {
    try {
      const [, kb] = /VmHWM:\s+(\d+) kB/u.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      peakMb = Math.max(peakMb, Number(kb ?? 0) / 1024);
    } catch {
      // Only Linux tells; and the process may just have ended.
    }
    if (untilMs !== undefined && performance.now() - start > untilMs) child.kill();
  };
  const timer = setInterval(look, 20);
  const code = await new Promise((resolve) => {
    child.on('close', resolve);
  });
  clearInterval(timer);
  if (code !== 0 && untilMs === undefined) throw new Error(`${command} ended with ${code}: ${errors}`);
  return { seconds: (performance.now() - start) / 1000, peakMb };
}

function wanDownload(origin, ...flags) {
  rmSync(join(place, 'state'), { recursive: true, force: true });
  const args = ['download', '--task-id', finished, '-q', '-o', target, ...flags];
  return measure([process.execPath, wan, ...args], { env: environment(origin) });
}

const others = {
  curl: (origin) => measure(['curl', '-s', '-o', target, `${origin}/video.mp4`]),
  'curl, sync': (origin) =>
    measure(['sh', '-c', `curl -s -o "$1" "$2" && sync "$1"`, 'sh', target, `${origin}/video.mp4`]),
  'aria2c -x4 -s4': (origin) =>
    measure(['aria2c', '-q', '-x4', '-s4', '-d', place, '-o', 'out.mp4', `${origin}/video.mp4`]),
};

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Every way once per round, in an order that changes from round to round. */
async function race(title, origin, ways, count) {
  const names = Object.keys(ways);
  const results = [];
  for (let round = 0; round < count; round += 1) {
    const result = {};
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length];
      rmSync(target, { force: true });
      result[name] = await ways[name](origin);
    }
    results.push(result);
  }
  rmSync(target, { force: true });
  console.log(`\n${title}; ${count} rounds`);
  for (const name of names) {
    const seconds = results.map((result) => result[name].seconds);
    console.log(
      `  ${name.padEnd(22)} ${median(seconds).toFixed(2)} s (best ${Math.min(...seconds).toFixed(2)})`,
    );
  }
  for (const mine of names.filter((name) => name.startsWith('wan'))) {
    for (const other of names.filter((name) => !name.startsWith('wan'))) {
      const ratio = median(results.map((result) => result[other].seconds / result[mine].seconds));
      console.log(`  ${mine} is ${ratio.toFixed(2)} x as fast as ${other}`);
    }
  }
  return results;
}

console.log(
  `Node ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}, into ${base}`,
);
mkdirSync(place, { recursive: true });
try {
  const open = await startService(1024 * mebibyte, 0);
  const limits = [];
  for (let run = 0; run < 3; run += 1) {
    limits.push((await measure(['curl', '-s', '-o', '/dev/null', `${open}/video.mp4`])).seconds);
  }
  console.log(`the server itself: 1 GiB in ${Math.min(...limits).toFixed(2)} s`);
  const unthrottled = await race(
    '1 GiB, unthrottled',
    open,
    {
      'wan (default)': (origin) => wanDownload(origin),
      ...(knowsConnections
        ? { 'wan --connections 1': (origin) => wanDownload(origin, '--connections', '1') }
        : {}),
      ...others,
    },
    rounds,
  );
  const idle = await measure([process.execPath, wan, 'wait', '--task-id', unfinished, '-q'], {
    env: environment(open),
    untilMs: 4000,
  });
  const peaks = unthrottled.map((result) => result['wan (default)'].peakMb);
  console.log(
    `\npeak memory: ${Math.max(...peaks).toFixed(0)} MB at most over 1 GiB, ${idle.peakMb.toFixed(0)} MB while waiting idly`,
  );
  const slow = await startService(256 * mebibyte, 8_000_000);
  const { 'curl, sync': _sync, ...plain } = others;
  await race(
    '256 MiB, 8 MB/s for each connection',
    slow,
    { 'wan (default)': (origin) => wanDownload(origin), ...plain },
    Math.min(rounds, 3),
  );
} finally {
  for (const child of services) child.kill();
  rmSync(place, { recursive: true, force: true });
}
