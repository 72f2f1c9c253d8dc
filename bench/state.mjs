// What a state directory with many finished jobs costs: the same command with 10 of them and with 100,000, run in turn
// and compared pair by pair; the median ratio is what counts. The records are written as they come, without the care
// that the program takes, so that making them takes seconds.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const wan = fileURLToPath(new URL('../bin/wan.js', import.meta.url));
const runs = Number.parseInt(process.argv[2] ?? '11', 10);
const many = Number.parseInt(process.argv[3] ?? '100000', 10);
const few = 10;
const dayMs = 86_400_000;
const nowMs = Date.now();
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 7 characters of seconds, 5 that count: as the program's own ids look. */
function idOf(ms, number) {
  const spell = (value, length) =>
    Array.from({ length }, (_, place) => alphabet[Math.floor(value / 32 ** (length - 1 - place)) % 32]).join(
      '',
    );
  return `${spell(Math.floor(ms / 1000), 7)}${spell((number * 7919) % 32 ** 5, 5)}`;
}

function recordOf(id, ms, number) {
  const at = new Date(ms).toISOString();
  return {
    version: 1,
    id,
    provider: 'dashscope',
    region: 'singapore',
    profile: 'dashscope',
    custom_base: null,
    workspace: null,
    fingerprint: 'bench',
    mode: 't2v',
    model: 'wan2.6-t2v',
    request: { mode: 't2v', model: 'wan2.6-t2v', prompt: `job number ${number}`, media: [], duration: 5 },
    status: 'succeeded',
    created_at: at,
    sent_at: at,
    submitted_at: at,
    finished_at: at,
    expires_at: at,
    task_id: `00000000-0000-4000-8000-abc${String(number).padStart(9, '0')}`,
    request_id: 'r',
    saving: { output: null, directory: '/tmp', force: false },
    outputs: [
      {
        url: 'https://example.com/a.mp4',
        path: `/tmp/${id}.mp4`,
        bytes: 1_000_000,
        sha256: null,
        width: 1280,
        height: 720,
        seconds: 5,
        has_audio: true,
      },
    ],
    usage: null,
    error: null,
  };
}

/** A state directory whose jobs are spread evenly over the last so many days. */
function makeState(root, name, count, days) {
  const directory = path.join(root, name);
  const lines = new Map();
  let day = '';
  let folder = '';
  for (let number = 0; number < count; number += 1) {
    const ms = nowMs - (number * days * dayMs) / count;
    const id = idOf(ms, number);
    const record = recordOf(id, ms, number);
    const current = new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 10);
    if (current !== day) {
      day = current;
      folder = path.join(directory, 'done', ...day.split('-'));
      mkdirSync(folder, { recursive: true });
      lines.set(day, []);
    }
    writeFileSync(path.join(folder, `${id}.json`), JSON.stringify(record, undefined, 1));
    lines.get(day).push(`\n${id} ${record.task_id}`);
  }
  const log = path.join(directory, 'by-task', 'days');
  mkdirSync(log, { recursive: true });
  for (const [file, tasks] of lines) writeFileSync(path.join(log, file), tasks.join(''));
  return directory;
}

function milliseconds(args, directory) {
  const env = { ...process.env, WAN_STATE_DIR: directory, WAN_CONFIG_DIR: path.join(directory, 'config') };
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [wan, ...args], { env, encoding: 'utf8' });
  const took = performance.now() - start;
  if (status !== 0) throw new Error(`wan ${args.join(' ')} ended with ${status}: ${stderr}`);
  return took;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const root = mkdtempSync(path.join(tmpdir(), 'wan-bench-state-'));
try {
  const start = performance.now();
  const base = { 300: makeState(root, 'few-300', few, 300), 3: makeState(root, 'few-3', few, 3) };
  const full = { 300: makeState(root, 'many-300', many, 300), 3: makeState(root, 'many-3', many, 3) };
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`Node ${process.version}, ${runs} pairs each; made ${2 * many} records in ${seconds} s`);
  const cases = [
    ['list'],
    ['list', '--since', '1d'],
    ['list', '--status', 'running'],
    ['show', '@last'],
    ['show', 'abc000000000'],
    ['resume', '--all'],
  ];
  const help = spawnSync(process.execPath, [wan, '--help'], { encoding: 'utf8' }).stdout;
  const hasResume = /^ +resume\b/mu.test(help);
  for (const args of cases.filter(([name]) => name !== 'resume' || hasResume)) {
    for (const days of [300, 3]) {
      const pairs = [];
      for (let run = 0; run <= runs; run += 1) {
        const pair = { few: milliseconds(args, base[days]), many: milliseconds(args, full[days]) };
        // The first pair warms the disk's cache and is not counted.
        if (run > 0) pairs.push(pair);
      }
      const ratio = median(pairs.map((pair) => pair.many / pair.few));
      const [fewMs, manyMs] = [median(pairs.map((pair) => pair.few)), median(pairs.map((pair) => pair.many))];
      const name = `wan ${args.join(' ')}`.padEnd(26);
      const spread = `in ${days} days`.padEnd(11);
      console.log(
        `${name} ${spread} ${ratio.toFixed(2)} x with ${many} jobs   (${manyMs.toFixed(0)} ms : ${fewMs.toFixed(0)} ms)`,
      );
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
