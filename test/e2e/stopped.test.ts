import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startWan, type StartedWan } from '../helpers/run-wan.ts';
import { environmentFor } from '../helpers/sandbox.ts';

// A process that is stopped (Ctrl-Z, a frozen container) while its answer comes: that waits in its own socket.

const fastTime = ['--import', fileURLToPath(new URL('../helpers/preload/fast-time.mjs', import.meta.url))];
const id = '0f3c5d2a-1111-4222-8333-944445555666';
/** Longer than the patience with a submit, which is 2.4 s there. */
const stoppedMs = 3_200;

/** A service that stops its client before it answers the call that `isIt` knows, and lets it go on afterwards. */
async function stoppingService(
  isIt: (call: string) => boolean,
  client: { wan?: StartedWan },
  { answers = true, signals = ['SIGSTOP'] }: { answers?: boolean; signals?: NodeJS.Signals[] } = {},
) {
  const video = await readFile(new URL('../fixtures/moov-first.mp4', import.meta.url));
  const calls: string[] = [];
  let stops = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const call = `${request.method} ${request.url}`;
      calls.push(call);
      const link = `http://${request.headers.host}/a.mp4`;
      const answer = () => {
        if (call.endsWith('.mp4')) return response.end(video);
        const done = { task_status: 'SUCCEEDED', video_url: link };
        const output = { task_id: id, ...(request.method === 'POST' ? { task_status: 'PENDING' } : done) };
        return response.end(JSON.stringify({ output, request_id: 'r' }));
      };
      if (!isIt(call) || stops > 0) return answer();
      stops += 1;
      for (const signal of signals) client.wan?.child.kill(signal);
      if (answers) answer();
      return setTimeout(() => client.wan?.child.kill('SIGCONT'), stoppedMs);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { env: environmentFor(`http://127.0.0.1:${port}`), calls, stops: () => stops };
}

const isSubmit = (call: string) => call.includes('video-synthesis');

test.each([
  ['a submit', isSubmit],
  ['a question', (call: string) => call.endsWith(`/tasks/${id}`)],
])('the answer to %s that waits in the socket is read before the timeout counts', async (_name, isIt) => {
  const client: { wan?: StartedWan } = {};
  const service = await stoppingService(isIt, client);
  client.wan = await startWan(['t2v', 'a', '-o', 'clip.mp4'], { env: service.env, node: fastTime });
  const run = await client.wan.done;
  expect(run.exitCode, run.stderr).toBe(0);
  expect(service.stops()).toBe(1);
  expect(run.stderr).not.toMatch(/could not be reached|no answer/u);
  expect(run.files).toEqual(['clip.mp4']);
  expect(service.calls.filter(isSubmit)).toHaveLength(1);
});

test('where no answer came meanwhile, it is soon over', async () => {
  const client: { wan?: StartedWan } = {};
  const service = await stoppingService(isSubmit, client, { answers: false });
  client.wan = await startWan(['t2v', 'a'], { env: service.env, node: fastTime });
  const run = await client.wan.done;
  expect(run.exitCode, run.stderr).toBe(14);
  expect(run.stderr).toContain('no answer within 120 s');
  expect(service.calls.filter(isSubmit)).toHaveLength(1);
});

test('after a Ctrl-C, a stopped process reads the answer before its grace is over', async () => {
  const client: { wan?: StartedWan } = {};
  // Asked to end, and stopped at once: of its five seconds, which are 100 ms here, it sees nothing.
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGSTOP'];
  const service = await stoppingService(isSubmit, client, { signals });
  client.wan = await startWan(['t2v', 'a'], { env: service.env, node: fastTime });
  const run = await client.wan.done;
  expect(run.exitCode, run.stderr).toBe(130);
  expect(run.stderr).toMatch(/^hint: wan wait \w{12}$/mu);
});
