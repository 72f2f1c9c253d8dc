// What a whole video costs this machine: user and system CPU of `wan t2v`, off a terminal, against a service that has
// the task done at the first look and serves a video of 100 kB, as a ratio to Node doing nothing. Pair by pair, as in
// start-up.mjs; the median ratio is what counts. Bash measures, so it needs bash.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const wan = fileURLToPath(new URL('../bin/wan.js', import.meta.url));
const fixture = fileURLToPath(new URL('../test/fixtures/moov-last.mp4', import.meta.url));
const runs = Number.parseInt(process.argv[2] ?? '21', 10);
const run = promisify(execFile);

const video = padded(await readFile(fixture), 100_000);
const place = await mkdtemp(path.join(tmpdir(), 'wan-bench-t2v-'));
const server = createServer(answer).listen(0, '127.0.0.1');
await new Promise((resolve) => {
  server.once('listening', resolve);
});
const origin = `http://127.0.0.1:${server.address().port}`;
const env = {
  PATH: process.env.PATH,
  HOME: place,
  WAN_CONFIG_DIR: path.join(place, 'config'),
  WAN_STATE_DIR: path.join(place, 'state'),
  DASHSCOPE_API_KEY: 'sk-bench',
  DASHSCOPE_HTTP_BASE_URL: `${origin}/api/v1`,
  TIMEFORMAT: '%3U %3S',
};

try {
  const pairs = [];
  for (let pair = 0; pair <= runs; pair += 1) {
    const wanMs = await cpuMilliseconds([wan, 't2v', 'a boat', '--size', '1280x720', '-d', '5']);
    const nodeMs = await cpuMilliseconds(['-e', '0']);
    // The first pair warms the disk's cache and is not counted.
    if (pair > 0) pairs.push({ wanMs, nodeMs });
  }
  const ratio = median(pairs.map(({ wanMs, nodeMs }) => wanMs / nodeMs));
  const [wanMs, nodeMs] = [median(pairs.map((pair) => pair.wanMs)), median(pairs.map((pair) => pair.nodeMs))];
  console.log(`Node ${process.version}, ${runs} pairs`);
  console.log(`wan t2v  ${ratio.toFixed(2)} x the CPU of node -e 0   (${wanMs} ms : ${nodeMs} ms)`);
} finally {
  server.close();
  server.closeAllConnections();
  await rm(place, { recursive: true, force: true });
}

async function cpuMilliseconds(args) {
  const script = 'time "$0" "$@" >/dev/null 2>err.txt';
  const { stderr } = await run('bash', ['-c', script, process.execPath, ...args], { env, cwd: place });
  const [user, system] = stderr.trim().split(' ').map(Number);
  return Math.round((user + system) * 1000);
}

function answer(request, response) {
  request.resume();
  if (request.url.startsWith('/video')) {
    response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': video.length, etag: '"v"' });
    response.end(video);
    return;
  }
  const isSubmit = request.method === 'POST';
  const output = isSubmit
    ? { task_id: `task-${Date.now()}`, task_status: 'PENDING' }
    : { task_status: 'SUCCEEDED', video_url: `${origin}/video.mp4?Expires=4102444800` };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ request_id: 'r', output }));
}

/** The file made longer by a box of nothing. */
function padded(file, bytes) {
  const box = Buffer.alloc(bytes - file.length);
  box.writeUInt32BE(box.length);
  box.write('free', 4);
  return Buffer.concat([file, box]);
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
