import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { rudeServer } from '../helpers/rude-server.ts';
import { makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { environmentFor, notBeforePassed, openSandbox, type OpenOptions } from '../helpers/sandbox.ts';
import { readDocument } from './records.ts';

// Every exit code, produced for real, told to people and to scripts.

type Situation = { args: string[]; env: Record<string, string>; place: Place };

type Row = [code: number, name: string, errorClass: string, arrange: () => Promise<Situation>];

const wish = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '5'];

const foreignId = '0385dc79-5ff8-4d82-bcb6-0123456789ab';

async function inSandbox(options: OpenOptions, args = wish): Promise<Situation> {
  return { args, env: (await openSandbox(options)).env, place: await makePlace() };
}

/** A command about a task of a sandbox that has just taken it. */
async function about(command: string, options: OpenOptions, passMs = 0): Promise<Situation> {
  const sandbox = await openSandbox(options);
  const place = await makePlace();
  const run = await runWan([...wish, '--no-wait'], { env: sandbox.env, place });
  expect(run.exitCode, run.stderr).toBe(0);
  sandbox.pass(passMs);
  return { args: [command, run.stdout.trim()], env: sandbox.env, place };
}

const refusal = (status: number, code: string, message = 'No.') => ({ on: 'submit', status, code, message });
const acedata = { provider: 'acedata' } as const;

const rows: Row[] = [
  [
    1,
    'settings that are damaged',
    'error',
    async () => {
      const place = await makePlace();
      await mkdir(place.configDirectory);
      await writeFile(path.join(place.configDirectory, 'config.json'), '{"profiles":');
      return { ...(await inSandbox({})), place };
    },
  ],
  [2, 'an unknown flag', 'usage', () => inSandbox({}, [...wish, '--no-such-flag'])],
  [2, 'a size that the model cannot make', 'usage', () => inSandbox({}, ['t2v', 'p', '--size', '10x10'])],
  [2, 'no prompt', 'usage', () => inSandbox({}, ['t2v'])],
  [2, 'input refused at submit', 'usage', () => inSandbox({ faults: [refusal(400, 'InvalidParameter')] })],
  [2, 'a model that is not there', 'usage', () => inSandbox({ faults: [refusal(404, 'ModelNotFound')] })],
  [3, 'no key', 'auth', async () => ({ args: wish, env: {}, place: await makePlace() })],
  [3, 'a key that is refused', 'auth', () => inSandbox({ faults: [refusal(401, 'InvalidApiKey')] })],
  [3, 'a model not opened', 'auth', () => inSandbox({ faults: [refusal(403, 'Model.AccessDenied')] })],
  [
    3,
    'a token of AceData refused',
    'auth',
    () => inSandbox({ ...acedata, faults: [refusal(401, 'invalid_token')] }),
  ],
  [4, 'a debt', 'quota', () => inSandbox({ faults: [refusal(400, 'Arrearage')] })],
  [4, 'a bill overdue', 'quota', () => inSandbox({ faults: [refusal(429, 'PostpaidBillOverdue')] })],
  [
    4,
    'a free quota used up',
    'quota',
    () => inSandbox({ faults: [refusal(403, 'AllocationQuota.FreeTierOnly')] }),
  ],
  [
    4,
    'credits of AceData used up',
    'quota',
    () => inSandbox({ ...acedata, faults: [refusal(403, 'used_up')] }),
  ],
  [
    5,
    'a wait that is over',
    'timeout',
    () => inSandbox({ latencyMs: notBeforePassed }, [...wish, '--timeout', '1s']),
  ],
  [
    6,
    'nobody at the address',
    'network',
    async () => {
      const server = await rudeServer([]);
      await server.close();
      return {
        args: ['status', '--task-id', foreignId],
        env: environmentFor(server.origin),
        place: await makePlace(),
      };
    },
  ],
  [
    6,
    'a service that redirects a submit',
    'network',
    () =>
      inSandbox({ faults: [{ on: 'submit', status: 307, headers: { Location: 'https://example.com/' } }] }),
  ],
  [8, 'a task not finished', 'not_finished', () => about('status', { latencyMs: notBeforePassed })],
  [8, 'nothing to download yet', 'not_finished', () => about('download', { latencyMs: notBeforePassed })],
  ...(['FAILED', 'CANCELED', 'CANCELLED'] as const).map((task): Row => [
    9,
    `a task that ends ${task}`,
    'generation_failed',
    () => inSandbox({ faults: [{ on: 'submit', task }] }),
  ]),
  [
    9,
    'a failed task of AceData',
    'generation_failed',
    () => inSandbox({ ...acedata, faults: [{ on: 'submit', task: 'FAILED' }] }),
  ],
  [
    9,
    'a failed task that is asked for',
    'generation_failed',
    () => about('status', { latencyMs: 0, faults: [{ on: 'submit', task: 'FAILED' }] }),
  ],
  [
    10,
    'a prompt refused',
    'content_filter',
    () => inSandbox({ faults: [refusal(400, 'DataInspectionFailed')] }),
  ],
  [
    10,
    'a prompt refused by AceData',
    'content_filter',
    () => inSandbox({ ...acedata, faults: [refusal(403, 'forbidden')] }),
  ],
  [
    10,
    'a video refused',
    'content_filter',
    () => inSandbox({ faults: [{ on: 'submit', task: 'FAILED', code: 'DataInspectionFailed' }] }),
  ],
  [11, 'a task that nobody knows', 'not_found', () => inSandbox({}, ['status', '--task-id', foreignId])],
  [
    11,
    'a task that AceData does not know',
    'not_found',
    () => inSandbox(acedata, ['download', '--task-id', foreignId]),
  ],
  [11, 'a job without a record', 'not_found', () => inSandbox({}, ['wait', '1NG0FXYJ27W4'])],
  [
    13,
    'a success without a link that is asked for',
    'not_saved',
    () => about('status', { latencyMs: 0, faults: [{ on: 'submit', task: 'NOURL' }] }),
  ],
  [
    13,
    'a success without a link that is to be saved',
    'not_saved',
    () => about('download', { latencyMs: 0, faults: [{ on: 'submit', task: 'NOURL' }] }),
  ],
  [
    13,
    'a download that is refused again and again',
    'not_saved',
    () => inSandbox({ faults: [{ on: 'download', times: 9, status: 403 }] }),
  ],
  [
    13,
    'a directory whose name a file has',
    'not_saved',
    async () => {
      const { args, env, place } = await about('download', { latencyMs: 0 });
      // What a template's fields lead to is known only when the file is saved.
      await writeFile(path.join(place.cwd, 'a-paper-boat'), '');
      return { args: [...args, '-o', '{slug}/{job}.mp4'], env, place };
    },
  ],
  [
    14,
    'a submit whose answer was lost',
    'unconfirmed',
    () => inSandbox({ faults: [{ on: 'submit', drop: 'after' }] }),
  ],
  [
    14,
    'a page for an answer',
    'unconfirmed',
    async () => {
      const server = await rudeServer([{ status: 502, body: '<html><title>Bad Gateway</title></html>' }]);
      return { args: wish, env: environmentFor(server.origin), place: await makePlace() };
    },
  ],
];

describe.each(rows)('exit code %i: %s', (code, _name, errorClass, arrange) => {
  test('told to people', async () => {
    const { args, ...situation } = await arrange();
    const run = await runWan(args, situation);
    expect(run.exitCode, run.stderr).toBe(code);
    // `status` prints its line whatever the status is.
    if (args[0] === 'status' && code !== 6 && code !== 11) expect(run.stdout).toMatch(/^[a-z]+ \S+.*\n$/u);
    else expect(run.stdout).toBe('');
    // Of a job that runs, it is all there is to say.
    if (args[0] === 'status' && code === 8) expect(run.stderr).toBe('');
    else expect(run.stderr).toMatch(/^error: .+\nhint: .+\n$/mu);
    expect(run.stderr).not.toMatch(/^\s+at /mu);
  });

  test('told to scripts', async () => {
    const { args, ...situation } = await arrange();
    const run = await runWan([...args, '--json'], situation);
    expect(run.exitCode, run.stderr).toBe(code);
    const document = readDocument(run.stdout);
    expect(document.ok).toBe(code === 8);
    expect(document.error).toMatchObject({ class: errorClass, exit_code: code });
    expect(document.error?.hint).not.toBeNull();
    if (document.job !== null) expect(document.job.error).toEqual(document.error);
    if (args[0] === 'status' && code === 8) expect(run.stderr).toBe('');
    else expect(run.stderr).toMatch(/^hint: .+$/mu);
  });
});

test('exit code 0: done, and told in both ways', async () => {
  const sandbox = await openSandbox();
  const run = await runWan([...wish, '--json'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(readDocument(run.stdout)).toMatchObject({ ok: true, error: null, job: { error: null } });
  expect(run.stderr).not.toMatch(/^(?:error|hint):/mu);
});
