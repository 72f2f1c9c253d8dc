import { execa } from 'execa';
import { expect, test } from 'vitest';
import { makePlace, runWan, startWan, wanScript } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { recordsOf } from './bad-input-checks.ts';

test('a stdout that is closed early loses no video and is no failure', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: 500 })]);
  const started = await startWan(['t2v', 'a'], { place, env: sandbox.env });
  started.child.stdout.destroy();
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.files).toEqual([expect.stringMatching(/\.mp4$/u)]);
  expect(await recordsOf(place, 'done')).toHaveLength(1);
  expect(run.stderr).not.toMatch(/EPIPE|error:/u);
});

test('a stderr that is closed early neither', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: 500 })]);
  const started = await startWan(['t2v', 'a', '-v'], { place, env: sandbox.env });
  started.child.stderr.destroy();
  const run = await started.done;
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toMatch(/\.mp4\n$/u);
});

test.each(['list', 'list --json', 'models', 'models --json', '--help'])(
  '`wan %s | head -0` ends well',
  async (command) => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
    await runWan(['t2v', 'a', '--no-wait'], { place, env: sandbox.env });
    const piped = await execa(
      'bash',
      ['-c', `"$0" "$1" ${command} | head -0; echo "code \${PIPESTATUS[0]}"`, process.execPath, wanScript],
      {
        env: {
          PATH: process.env['PATH'],
          HOME: place.home,
          WAN_CONFIG_DIR: place.configDirectory,
          WAN_STATE_DIR: place.stateDirectory,
        },
        extendEnv: false,
        reject: false,
      },
    );
    expect(piped.stdout).toBe('code 0');
    expect(piped.stderr).toBe('');
  },
);

test('a video for stdout whose reader goes away is not lost', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: 500 })]);
  const started = await startWan(['t2v', 'a', '-o', '-'], { place, env: sandbox.env });
  started.child.stdout.destroy();
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(13);
  const id = /^hint: .*wan download (\w{12})/mu.exec(run.stderr)?.[1] ?? '';
  const again = await runWan(['download', id, '-o', 'clip.mp4'], { place, env: sandbox.env });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.files).toEqual(['clip.mp4']);
  expect(sandbox.submits()).toHaveLength(1);
});
