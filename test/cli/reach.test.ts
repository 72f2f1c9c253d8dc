import { expect, test } from 'vitest';
import { documentOf, runInProcess } from '../helpers/in-process.ts';

const clip = ['-m', 'wan2.6-i2v', 'a', '--dry-run', '--json'];

test.each([
  [['i2v', ...clip, '-i', 'http://192.168.1.20/a.png'], /192\.168\.1\.20\/a\.png.*a private address/u],
  [['i2v', ...clip, '-i', 'http://localhost:8000/a.png?token=secret-token'], /this machine itself/u],
  [['i2v', ...clip, '-i', 'http://minio:9000/b/a.png'], /a name of a container/u],
  [['i2v', ...clip, '-i', 'https://e.com/a.png', '--audio-url', 'https://nas.local/a.mp3'], /nas\.local/u],
])('%j names an input that no service can reach', async (args, message) => {
  const run = await runInProcess(args, { WAN_REGION: 'beijing' });
  expect(run.exitCode, run.stderr).toBe(2);
  expect(documentOf(run)).toMatchObject({
    error: { class: 'usage', message: expect.stringMatching(message), hint: expect.stringContaining('file') },
  });
  expect(run.stdout + run.stderr).not.toContain('secret-token');
});

const callback = ['t2v', 'a', '--provider', 'acedata', '--dry-run', '--json', '--callback-url'];

test.each([
  'http://127.0.0.1:9999/hook',
  'https://10.0.0.8/hook',
  'https://hooks.internal/x',
  'http://web/x',
])('nobody calls back to %s', async (url) => {
  const run = await runInProcess([...callback, url]);
  expect(run.exitCode, run.stderr).toBe(2);
  expect(documentOf(run)).toMatchObject({ error: { message: expect.stringContaining('--callback-url') } });
});

test('a service on this machine reaches what this machine does', async () => {
  const bases = {
    DASHSCOPE_HTTP_BASE_URL: 'http://127.0.0.1:9',
    ACEDATACLOUD_API_BASE_URL: 'http://localhost:9',
  };
  const input = await runInProcess(['i2v', ...clip, '-i', 'http://minio:9000/b/a.png'], bases);
  expect(input.exitCode, input.stderr).toBe(0);
  const hook = await runInProcess([...callback, 'http://127.0.0.1:9999/hook'], bases);
  expect(hook.exitCode, hook.stderr).toBe(0);
});
