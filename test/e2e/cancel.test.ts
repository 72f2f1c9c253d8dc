import { expect, test, vi } from 'vitest';
import { hurriedClock, runInProcess } from '../helpers/in-process.ts';
import { makePlace, startWan, type Place } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox, type OpenOptions, type TestSandbox } from '../helpers/sandbox.ts';
import { readDocument, readJob, readJobs, readRecords } from './records.ts';

const hour = notBeforePassed;

/** A place and a sandbox whose tasks end only when the test lets the time pass. */
async function world(options: OpenOptions = {}) {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: hour, ...options })]);
  const env = { ...sandbox.env, WAN_PROVIDER: options.provider ?? 'dashscope' };
  const wan = (...argv: string[]) =>
    runInProcess(argv, env, { place, clock: hurriedClock, random: Math.random });
  return { place, sandbox, env, wan };
}

type World = Awaited<ReturnType<typeof world>>;

async function submitted({ wan }: World): Promise<{ id: string; taskId: string }> {
  const run = await wan('t2v', 'a paper boat', '-m', 'wan2.6-t2v', '--no-wait', '--json');
  expect(run.exitCode, run.stderr).toBe(0);
  const { id, task_id: taskId } = readJob(run.stdout);
  return { id: id ?? '', taskId: taskId ?? '' };
}

const cancels = ({ requests }: TestSandbox) => requests.filter(({ url }) => url.endsWith('/cancel'));

async function onlyRecord(place: Place) {
  const { open, done } = await readRecords(place);
  expect([...open, ...done]).toHaveLength(1);
  return open[0] ?? done[0];
}

const queued = 0;
const running = hour / 2;
const over = 2 * hour;
const limit = (more: object = {}) => ({ on: 'cancel', status: 429, headers: { 'Retry-After': 0 }, ...more });

test.each<[string, object[], number, number, string, string | RegExp, number]>([
  ['a queued task', [], queued, 0, 'canceled', '', 1],
  [
    'a running one',
    [],
    running,
    1,
    'running',
    'already running: it cannot be cancelled any more, and is billed',
    1,
  ],
  [
    'a finished one',
    [],
    over,
    1,
    'succeeded',
    /already succeeded, and is billed\nhint: wan download [0-9A-Z]{12}\n/u,
    1,
  ],
  ['a failed one', [{ on: 'submit', task: 'FAILED' }], over, 1, 'failed', 'already failed', 1],
  ['cancelled by somebody else', [{ on: 'submit', task: 'CANCELLED' }], over, 0, 'canceled', '', 1],
  ['the answer is cut off', [{ on: 'cancel', drop: 'after' }], queued, 0, 'canceled', '', 1],
  ['the answer is cut in its middle', [{ on: 'cancel', drop: 'mid' }], queued, 0, 'canceled', '', 1],
  ['the call gets lost', [{ on: 'cancel', drop: 'before' }], queued, 0, 'canceled', '', 2],
  ['a 503', [{ on: 'cancel', status: 503 }], queued, 0, 'canceled', '', 2],
  [
    'a 500 for ever',
    [{ on: 'cancel', status: 500, times: 9 }],
    queued,
    6,
    'queued',
    'still queued, and was not cancelled',
    2,
  ],
  [
    'a portal’s page',
    [{ on: 'cancel', status: 200, body: '<html>hello</html>' }],
    queued,
    0,
    'canceled',
    '',
    1,
  ],
  [
    'a 404 page',
    [{ on: 'cancel', status: 404, body: '<html>what?</html>', times: 9 }],
    queued,
    6,
    'queued',
    'still queued',
    2,
  ],
  ['too many calls', [limit({ times: 2 })], queued, 0, 'canceled', 'trying again', 3],
  ['too many calls, for ever', [limit({ times: 99 })], queued, 4, 'queued', 'limiting the rate', 8],
  [
    'a bill that is due',
    [limit({ times: 9, code: 'PrepaidBillOverdue' })],
    queued,
    4,
    'queued',
    'PrepaidBillOverdue',
    2,
  ],
  [
    'a slip of the service',
    [{ on: 'cancel', status: 400, code: 'UnsupportedOperation' }],
    queued,
    0,
    'canceled',
    '',
    2,
  ],
  [
    'a refusal for no reason',
    [{ on: 'cancel', status: 400, code: 'UnsupportedOperation', times: 2 }],
    queued,
    1,
    'queued',
    /still queued, and was not cancelled: UnsupportedOperation.*\(request id .*\)\nhint: wan cancel [0-9A-Z]{12}\n/u,
    2,
  ],
  ['a task that is shown late', [{ on: 'query', status: 502, times: 2 }], queued, 0, 'canceled', '', 1],
  [
    'a task that is not shown',
    [{ on: 'query', drop: 'before', times: 9 }],
    queued,
    6,
    'queued',
    'did not say whether it came in time',
    1,
  ],
  [
    'a key that is refused',
    [
      { on: 'cancel', status: 401, times: 9 },
      { on: 'query', status: 401, times: 9 },
    ],
    queued,
    3,
    'queued',
    'InvalidApiKey',
    1,
  ],
  [
    'a redirect',
    [{ on: 'cancel', status: 302, headers: { Location: '/x' }, times: 9 }],
    queued,
    6,
    'queued',
    'redirect',
    2,
  ],
])('%s', async (_name, faults, passed, exitCode, status, stderr, calls) => {
  const here = await world({ faults });
  const { id, taskId } = await submitted(here);
  here.sandbox.pass(passed);
  const run = await here.wan('cancel', id);
  expect(run.exitCode, run.stderr).toBe(exitCode);
  const isTold = exitCode === 3 || (exitCode === 6 && run.stdout === '');
  expect(run.stdout).toMatch(isTold ? /^$/u : new RegExp(`^${status} ${id}\\b`, 'u'));
  if (stderr === '') expect(run.stderr).not.toContain('error:');
  else expect(run.stderr).toMatch(stderr);
  expect(cancels(here.sandbox)).toHaveLength(calls);
  expect(await onlyRecord(here.place)).toMatchObject({ id, task_id: taskId, status });
  // Whatever was answered, nothing was bought again.
  expect(here.sandbox.submits()).toHaveLength(1);
});

test('a cancelled job is final: told from disk, exit 9, and cancelling it again is no mistake', async () => {
  const here = await world();
  const { id } = await submitted(here);
  const run = await here.wan('cancel', id, '--json');
  expect(readDocument(run.stdout)).toMatchObject({
    ok: true,
    job: { id, status: 'canceled', error: null },
    error: null,
  });
  expect((await readRecords(here.place)).done).toMatchObject([{ id, status: 'canceled' }]);
  await here.sandbox.close();
  expect((await here.wan('status', id)).exitCode).toBe(9);
  expect((await here.wan('wait', id)).exitCode).toBe(9);
  const again = await here.wan('cancel', id);
  expect(again).toMatchObject({ exitCode: 0, stdout: `canceled ${id}\n` });
  expect(again.stderr).toContain('cancelled before');
});

test('a service that cannot be reached', async () => {
  const here = await world();
  const { id } = await submitted(here);
  await here.sandbox.close();
  const run = await here.wan('cancel', id, '--json');
  expect(run.exitCode).toBe(6);
  expect(readDocument(run.stdout)).toMatchObject({
    ok: false,
    job: { id, status: 'queued' },
    error: {
      class: 'network',
      message: expect.stringContaining('nothing was cancelled'),
      hint: `wan status ${id}`,
    },
  });
});

test.each(['acedata', 'sinancode'] as const)(
  '%s cancels nothing, and says what that costs',
  async (provider) => {
    const here = await world({ provider });
    const mode = provider === 'acedata' ? ['t2v', 'a'] : ['i2v', 'a', '--image', 'https://example.com/a.png'];
    const made = await here.wan(...mode, '--no-wait', '--json');
    const { id } = readJob(made.stdout);
    const run = await here.wan('cancel', id ?? '');
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toMatch(new RegExp(`^queued ${id}  .*is billed if it succeeds\n$`, 'u'));
    expect(run.stderr).toContain(`hint: wan wait ${id}\n`);
    expect(here.sandbox.requests).toHaveLength(1);
  },
);

test('what was never sent is cancelled here, without network or key', async () => {
  const here = await world();
  await here.sandbox.close();
  const failed = await here.wan('t2v', 'a', '--json');
  expect(failed.exitCode).toBe(6);
  const { id, status } = readJob(failed.stdout);
  expect(status).toBe('prepared');
  const env = {
    DASHSCOPE_API_KEY: undefined,
    ACEDATACLOUD_API_TOKEN: undefined,
    SINANCODE_API_KEY: undefined,
  };
  const run = await runInProcess(['cancel', id ?? ''], env, { place: here.place, clock: hurriedClock });
  expect(run).toMatchObject({ exitCode: 0, stdout: `canceled ${id}\n` });
  expect(await onlyRecord(here.place)).toMatchObject({
    status: 'canceled',
    error: { message: expect.stringContaining('nothing was sent') },
  });
});

test('of what is unconfirmed nobody knows whether there is a task', async () => {
  const here = await world({ faults: [{ on: 'submit', drop: 'after' }] });
  const { id } = readJob((await here.wan('t2v', 'a', '-m', 'wan2.6-t2v', '--json')).stdout);
  const run = await here.wan('cancel', id ?? '');
  expect(run.exitCode).toBe(14);
  expect(run.stderr).toContain(`hint: wan resume ${id}\n`);
  expect(cancels(here.sandbox)).toEqual([]);
});

test('a task of another machine, by its id', async () => {
  const here = await world();
  const { taskId } = await submitted(here);
  const place = await makePlace();
  const run = await runInProcess(['cancel', '--task-id', taskId, '--json'], here.env, {
    place,
    clock: hurriedClock,
  });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(readJob(run.stdout)).toMatchObject({ id: null, task_id: taskId, status: 'canceled' });
  expect(await readRecords(place)).toEqual({ open: [], done: [] });
  const unknown = await here.wan('cancel', '--task-id', 'of-nobody');
  expect(unknown.exitCode, unknown.stderr).toBe(11);
});

test('several at once: a line for each, and 12 where they ended differently', async () => {
  const here = await world();
  const first = await submitted(here);
  here.sandbox.pass(running);
  const [second, third] = [await submitted(here), await submitted(here)];
  const run = await here.wan('cancel', second.id, first.id, third.taskId, second.id);
  expect(run.exitCode).toBe(12);
  const [a, b, c, ...rest] = run.stdout.split('\n');
  expect([a, c, rest]).toEqual([`canceled ${second.id}`, `canceled ${third.id}`, ['']]);
  expect(b).toMatch(new RegExp(`^running ${first.id}  .*already running`, 'u'));
  expect(run.stderr).toContain(`error: ${first.id}: the job is already running`);
  expect(run.stderr).toContain('error: 1 of 3 jobs were not cancelled: ');
  expect(cancels(here.sandbox)).toHaveLength(3);

  const again = await here.wan('cancel', second.id, first.id, '--json');
  expect(readJobs(again.stdout)).toMatchObject({
    ok: false,
    jobs: [
      { id: second.id, status: 'canceled', error: null },
      { id: first.id, status: 'running', error: { class: 'error', hint: `wan wait ${first.id}` } },
    ],
    error: { class: 'some_failed', exit_code: 12 },
  });
  const all = await here.wan('cancel', second.id, third.id, '--json');
  expect([all.exitCode, readJobs(all.stdout).ok]).toEqual([0, true]);
});

test('several with one end keep its code', async () => {
  const here = await world();
  const [first, second] = [await submitted(here), await submitted(here)];
  here.sandbox.pass(running);
  const run = await here.wan('cancel', first.id, second.id);
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain('error: 2 of 2 jobs were not cancelled: ');
});

test.each<[string, string[], number]>([
  ['no name', [], 2],
  ['two ways of naming', ['A', '--task-id', 'b'], 2],
])('%s', async (_name, argv, exitCode) => {
  expect((await runInProcess(['cancel', ...argv])).exitCode).toBe(exitCode);
});

test('a slip in one name cancels none', async () => {
  const here = await world();
  const { id } = await submitted(here);
  const run = await here.wan('cancel', id, '0000000NBDY0');
  expect(run.exitCode).toBe(11);
  expect(cancels(here.sandbox)).toEqual([]);
});

test('another wan that waits for it sees the end, and writes the record', async () => {
  const here = await world();
  const { id } = await submitted(here);
  const waiting = await startWan(['wait', id], { place: here.place, env: here.env });
  await vi.waitFor(() => expect(here.sandbox.queries().length).toBeGreaterThan(0), { timeout: 20_000 });
  const run = await here.wan('cancel', id);
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).toContain('another wan is working on this job; it will see that it was cancelled');
  const end = await waiting.done;
  expect(end.exitCode, end.stderr).toBe(9);
  expect(await onlyRecord(here.place)).toMatchObject({ id, status: 'canceled' });
});

test('what is being sent right now is not cancelled behind its back', async () => {
  const here = await world({ faults: [{ on: 'submit', delay: '30s' }] });
  const sending = await startWan(['t2v', 'a', '-m', 'wan2.6-t2v'], { place: here.place, env: here.env });
  await vi.waitFor(
    async () => expect((await readRecords(here.place)).open).toMatchObject([{ status: 'submitting' }]),
    { timeout: 20_000 },
  );
  const { id } = (await onlyRecord(here.place)) ?? { id: '' };
  const run = await here.wan('cancel', id);
  expect(run.exitCode, run.stderr).toBe(8);
  expect(run.stderr).toContain('being sent right now');
  expect(cancels(here.sandbox)).toEqual([]);
  sending.child.kill('SIGKILL');
  await sending.done;
  // Nobody holds it any more, and nobody knows.
  expect((await here.wan('cancel', id)).exitCode).toBe(14);
});
