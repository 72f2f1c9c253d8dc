import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makeJobId } from '../../src/core/job-id.ts';
import { rudeServer } from '../helpers/rude-server.ts';
import { runWan, type Place } from '../helpers/run-wan.ts';
import { environmentFor } from '../helpers/sandbox.ts';

const listed = 2_000;
const records = 200;
const hourMs = 3_600_000;
const prompt = 'a paper boat';
const wish = ['t2v', prompt, '--size', '1280x720', '-d', '5', '--seed', '1'];

/** A service with many tasks of others, which cuts every submit. */
async function busyService() {
  const queries = new Map<string, number>();
  const nowMs = Date.now();
  const tasks = Array.from({ length: listed }, (_, number) => ({
    task_id: `task-${number}`,
    model_name: 'wan2.6-t2v',
    gmt_create: nowMs - number * 40_000,
  }));
  let pages = 0;
  const server = await rudeServer(({ method, url }) => {
    if (method === 'POST') return { drop: 'before' };
    const { pathname, searchParams } = new URL(url, 'http://x');
    if (searchParams.has('page_no')) {
      pages += 1;
      const [no, size] = [Number(searchParams.get('page_no')), Number(searchParams.get('page_size'))];
      return { body: { total: listed, data: tasks.slice((no - 1) * size, no * size), request_id: 'r' } };
    }
    const id = pathname.split('/').at(-1) ?? '';
    queries.set(id, (queries.get(id) ?? 0) + 1);
    const output = {
      task_id: id,
      task_status: 'SUCCEEDED',
      orig_prompt: 'of others',
      video_url: 'https://e.com/v',
    };
    return { body: { output, request_id: 'r' } };
  });
  return { server, queries, pages: () => pages };
}

/** As many jobs as that were killed in the middle of their send: nothing is known but what their records say. */
async function crashedRecords(place: Place): Promise<void> {
  const open = path.join(place.stateDirectory, 'open');
  await mkdir(open, { recursive: true });
  const [first = ''] = await filesIn(open);
  const text = await readFile(path.join(open, first), 'utf8');
  const {
    service_sent_at: _sent,
    first_read_at: _read,
    ...record
  } = JSON.parse(text) as Record<string, unknown>;
  for (let number = 0; number < records; number += 1) {
    const madeMs = Date.now() - hourMs - number * 1_000;
    const id = makeJobId(madeMs, Math.random);
    const at = new Date(madeMs).toISOString();
    const request = { ...(record['request'] as object), prompt: `boat ${number}` };
    const job = { ...record, id, request, created_at: at, sent_at: at, status: 'submitting' };
    // oxlint-disable-next-line no-await-in-loop
    await writeFile(path.join(open, `${id}.json`), JSON.stringify(job));
  }
}

async function filesIn(directory: string): Promise<string[]> {
  const { readdir } = await import('node:fs/promises');
  return readdir(directory);
}

test('2,000 listed tasks and 200 lost jobs: each task is asked once, and the list read once, in seconds', async () => {
  const { server, queries, pages } = await busyService();
  const env = environmentFor(server.origin);
  const lost = await runWan(wish, { env });
  expect(lost.exitCode, lost.stderr).toBe(14);
  await crashedRecords(lost.place);
  const before = pages();
  const startMs = performance.now();
  const run = await runWan(['resume', '--all', '--json'], { env, place: lost.place });
  const tookMs = performance.now() - startMs;
  expect(run.exitCode, run.stderr.slice(0, 500)).toBe(14);
  expect(pages() - before).toBe(listed / 50);
  expect(queries.size).toBe(listed);
  expect([...queries.values()].filter((times) => times !== 1)).toEqual([]);
  expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  // A few seconds, on a machine that is busy with other tests.
  expect(tookMs).toBeLessThan(30_000);
});
