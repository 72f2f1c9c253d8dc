import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { listFiles, makePlace, runWan, type Place, type RunOptions } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';

const keyed = ['t2v', 'a paper boat', '-d', '2', '--job-key', 'boat', '-o', 'boat.mp4'];

/** A machine on which nothing says where jobs and settings are, but a file that is named. */
async function world(more: Record<string, string> = {}) {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const kept = path.join(place.root, 'kept');
  const write = (variables: Record<string, string>) =>
    writeFile(
      path.join(place.cwd, 'ci.env'),
      Object.entries({ ...sandbox.env, ...variables })
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
  await write({ WAN_STATE_DIR: kept, ...more });
  const homes = { WAN_STATE_DIR: undefined, WAN_CONFIG_DIR: undefined };
  const run = (args: readonly string[], options: RunOptions = {}) =>
    runWan([...args, '--env-file', 'ci.env'], {
      place,
      ...options,
      env: { ...homes, ...options.env },
    });
  return { place, sandbox, kept, write, run };
}

async function freshHome({ root }: Place, name: string): Promise<string> {
  const home = path.join(root, name);
  await mkdir(home);
  return home;
}

test('the state directory of an --env-file counts: one job key, two homes, one submit', async () => {
  const { place, sandbox, kept, run } = await world();
  for (const name of ['h1', 'h2']) {
    const home = await freshHome(place, name);
    // oxlint-disable-next-line no-await-in-loop
    const made = await run(keyed, { env: { HOME: home } });
    expect(made.exitCode, made.stderr).toBe(0);
    expect(await listFiles(home)).toEqual([]);
  }
  expect(sandbox.submits()).toHaveLength(1);
  expect(await listFiles(kept)).toContain('open/');
  const shown = await run(['list', '--json']);
  expect(JSON.parse(shown.stdout)).toMatchObject({ jobs: [{ status: 'succeeded' }] });
});

test('the settings directory, output settings and colours count as well', async () => {
  const { place, run } = await world({ WAN_CONFIG_DIR: 'settings', WAN_OUT_DIR: 'videos', FORCE_COLOR: '1' });
  const set = await run(['config', 'set', 'model.t2v', 'wan2.6-t2v']);
  expect(set.exitCode, set.stderr).toBe(0);
  expect(await listFiles(path.join(place.cwd, 'settings'))).toContain('config.json');
  const made = await run(['t2v', 'a paper boat', '-d', '2', '-o', 'boat.mp4']);
  expect(made.exitCode, made.stderr).toBe(0);
  expect(made.files).toContain('videos/boat.mp4');
  const refused = await run(['show', 'nothing']);
  expect(refused.stderr).toContain('\u001B[31merror:');
});

test('what is set in the environment stays', async () => {
  const { place, kept, run } = await world();
  const made = await run(keyed, { env: { WAN_STATE_DIR: place.stateDirectory } });
  expect(made.exitCode, made.stderr).toBe(0);
  expect(await listFiles(kept)).toEqual([]);
  expect(await listFiles(place.stateDirectory)).not.toEqual([]);
});

test('a job key that the former directory holds is found there, and said', async () => {
  const { place, sandbox, kept, write, run } = await world();
  await write({});
  const former = await run(keyed, { env: { XDG_STATE_HOME: place.root } });
  expect(former.exitCode, former.stderr).toBe(0);
  await write({ WAN_STATE_DIR: kept });
  for (const command of [keyed, [...keyed, '--dry-run']]) {
    // oxlint-disable-next-line no-await-in-loop
    const again = await run(command, { env: { XDG_STATE_HOME: place.root } });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).toMatch(
      /^note: the job key boat stands for job \w{12} in \S+\/wan, where jobs were kept so far/mu,
    );
  }
  expect(sandbox.submits()).toHaveLength(1);
  // Another key is a new one, and is kept where the file says.
  const other = await run([...keyed.slice(0, -1), 'other.mp4', '--job-key', 'other'], {
    env: { XDG_STATE_HOME: place.root },
  });
  expect(other.exitCode, other.stderr).toBe(0);
  expect(other.stderr).not.toContain('so far');
  expect((await listFiles(kept)).filter((file) => /^keys\/[0-9a-f]{32}/u.test(file))).toHaveLength(1);
});

test('what Node reads before wan starts is named, and hints name the file', async () => {
  const { run } = await world({ NODE_EXTRA_CA_CERTS: '/etc/ca.pem', TZ: 'Asia/Shanghai' });
  const refused = await run(['wait', 'nothing']);
  expect(refused.exitCode).toBe(11);
  expect(refused.stderr).toContain(
    'note: NODE_EXTRA_CA_CERTS in ci.env comes too late: Node reads it before wan starts; set it in the environment\n',
  );
  expect(refused.stderr).toContain('note: TZ in ci.env comes too late');
  expect(refused.stderr).toMatch(/^hint: .*wan .* \(with --env-file ci\.env\)$/mu);
  const isThere = await run(['wait', 'nothing'], { env: { TZ: 'UTC' } });
  expect(isThere.stderr).not.toContain('TZ');
});
