import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { asyncHeaders, clipBytes, imagePath, send, videoPath } from './harness.ts';

// Whatever is sent: there is an answer in the service's own shape, and the next request is answered too.

let directory: string;
let sandbox: Sandbox;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wan-anything-'));
  const path = join(directory, 'clip.mp4');
  await writeFile(path, clipBytes);
  const clips = { clip: async () => path, close: async () => {} };
  sandbox = await startSandbox({ port: 0, directory, latencyMs: 0, expiryMs: 60_000, faults: [], clips });
});

afterAll(async () => {
  await sandbox.close();
  await rm(directory, { recursive: true, force: true });
});

const names = [
  'model',
  'input',
  'parameters',
  'prompt',
  'img_url',
  'media',
  'type',
  'url',
  'size',
  'duration',
  'resolution',
  'action',
  'id',
  'ids',
  'reference_urls',
  'callback_url',
  '__proto__',
  'constructor',
];
const words = [
  'wan2.6-t2v',
  'wan2.7-i2v',
  'wan3.0-video',
  'wan2.6-r2v',
  'wan2.1-vace-plus',
  'first_frame',
  'retrieve',
  'retrieve_batch',
  'oss://x',
  'data:image/png;base64,',
  '1280*720',
  'text2video',
  'toString',
];
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(...words),
    fc.constantFrom(null, true, 5, -1, 0, 1e308, '', 'x'),
    fc.string(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 8 }),
  ),
}));
const envelope = fc.record(
  {
    model: fc.constantFrom(...words),
    input: fc.dictionary(fc.constantFrom(...names), value),
    parameters: fc.dictionary(fc.constantFrom(...names), value),
    prompt: value,
    media: value,
  },
  { requiredKeys: ['model'] },
);
const paths = [
  videoPath,
  imagePath,
  '/wan/videos',
  '/wan/tasks',
  '/api/v1/tasks/',
  '/api/v1/tasks/x/cancel',
  '/dashscope-file',
  '/api/v1/uploads',
  '/nothing',
];

test('any JSON body on any path gets an answer', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.constantFrom('POST', 'GET', 'DELETE'),
      fc.oneof(envelope, value),
      async (path, method, body) => {
        const answer = await send(`${sandbox.origin}${path}`, { method, headers: asyncHeaders, body });
        expect(answer.status).toBeGreaterThanOrEqual(200);
        expect(answer.status === 500 ? answer.text : '').not.toContain('The sandbox failed');
        if (answer.headers['content-type'] === 'application/json') expect(answer.json).toBeDefined();
      },
    ),
    { numRuns: 400 },
  );
});

test('any bytes on the socket leave it alive', async () => {
  const lines = fc.array(
    fc.oneof(
      fc.string(),
      fc.constantFrom(
        'POST /wan/tasks HTTP/1.1',
        'Host: 127.0.0.1',
        'Content-Length: 5',
        'Transfer-Encoding: chunked',
        'GET // HTTP/1.1',
        'GET /%ff HTTP/1.1',
        '',
      ),
    ),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(lines, fc.uint8Array({ maxLength: 100 }), async (head, tail) => {
      await new Promise<void>((resolve) => {
        const socket = connect(sandbox.port, '127.0.0.1', () =>
          socket.end(Buffer.concat([Buffer.from(head.join('\r\n')), Buffer.from(tail)])),
        );
        socket.on('error', () => {});
        socket.resume();
        socket.once('close', () => resolve());
      });
      const answer = await send(`${sandbox.origin}/api/v1/tasks/x`, { headers: asyncHeaders });
      expect(answer.status).toBe(200);
    }),
    { numRuns: 100 },
  );
});

test('any path and query gets an answer', async () => {
  const text = fc.stringMatching(/^[!-~]{0,40}$/u);
  await fc.assert(
    fc.asyncProperty(text, async (tail) => {
      for (const start of ['/', '/api/v1/tasks/', '/dashscope-result/', '/wan/']) {
        const answer = await send(`${sandbox.origin}${start}${tail}`, { headers: asyncHeaders });
        expect(answer.status).toBeGreaterThanOrEqual(200);
      }
    }),
    { numRuns: 100 },
  );
});
