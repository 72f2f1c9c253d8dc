import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runWan, type Place } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox, sandboxKey } from '../helpers/sandbox.ts';
import { readRecords } from './records.ts';

const boat = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '5'];
const minutes = 60_000;

/** Makes a record older, as if it had been sent so long ago. */
async function age(place: Place, id: string, ms: number): Promise<void> {
  const file = path.join(place.stateDirectory, 'open', `${id}.json`);
  const record = JSON.parse(await readFile(file, 'utf8')) as { sent_at: string };
  const sentAt = new Date(Date.parse(record.sent_at) - ms).toISOString();
  await writeFile(file, JSON.stringify({ ...record, sent_at: sentAt }));
}

async function lose(fault: object, options: Parameters<typeof openSandbox>[0] = {}) {
  const faults = [{ on: 'submit', ...fault }, ...(options.faults ?? [])];
  const sandbox = await openSandbox({ ...options, faults });
  const run = await runWan(boat, { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(14);
  const id = (await readRecords(run.place)).open[0]?.id ?? '';
  const wan = (...args: string[]) => runWan(args, { env: sandbox.env, place: run.place });
  return { sandbox, id, place: run.place, wan };
}

async function submitAsStranger(origin: string, prompt: string, key = sandboxKey): Promise<string> {
  const reply = await fetch(`${origin}/api/v1/services/aigc/video-generation/video-synthesis`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'x-dashscope-async': 'enable',
    },
    body: JSON.stringify({
      model: 'wan2.6-t2v',
      input: { prompt },
      parameters: { size: '1280*720', duration: 5 },
    }),
  });
  return ((await reply.json()) as { output: { task_id: string } }).output.task_id;
}

describe('a submit that was accepted, and whose answer was lost', () => {
  test.each([['--all'], ['the job’s id']])(
    'is found by resume with %s, saved, and never sent again',
    async (how) => {
      const { sandbox, id, place, wan } = await lose({ drop: 'after' });
      const resumed = await wan('resume', how === '--all' ? how : id, '--json');
      expect(resumed.exitCode, resumed.stderr).toBe(0);
      const [job] = (JSON.parse(resumed.stdout) as { jobs: Record<string, unknown>[] }).jobs;
      expect(job).toMatchObject({ id, status: 'succeeded', task_id: sandbox.submits()[0]?.task_id });
      expect(resumed.files).toHaveLength(1);
      expect(sandbox.submits()).toHaveLength(1);
      expect((await readRecords(place)).open).toEqual([]);
    },
  );

  test('is asked until it ends: only then the service tells its prompt', async () => {
    const { sandbox, id, place, wan } = await lose({ drop: 'after' }, { latencyMs: notBeforePassed });
    const early = await wan('resume', id, '--timeout', '1s');
    expect(early.exitCode, early.stderr).toBe(14);
    expect(early.stderr).toContain(`it may be task ${sandbox.submits()[0]?.task_id} (queued)`);
    expect((await readRecords(place)).open).toMatchObject([{ status: 'unconfirmed', task_id: null }]);
    sandbox.pass(notBeforePassed);
    await age(place, id, notBeforePassed);
    expect((await wan('resume', id)).exitCode).toBe(0);
  });

  test('is found on AceData by the request that its history echoes', async () => {
    const { sandbox, id, wan } = await lose({ drop: 'after' }, { provider: 'acedata' });
    const resumed = await wan('resume', id);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(sandbox.submits()).toHaveLength(1);
  });
});

describe('a submit that never arrived', () => {
  test('stays open for ten minutes, then was never accepted, and is sent again by the user’s word alone', async () => {
    const { sandbox, id, place, wan } = await lose({ drop: 'before' });
    const early = await wan('resume', id, '--resubmit');
    expect(early.exitCode, early.stderr).toBe(14);
    expect(early.stderr).toMatch(/shows no such task yet, and may until \d{4}-/u);
    expect(early.stderr).toMatch(/^hint: wan resume \w{12}$/mu);
    sandbox.pass(11 * minutes);
    const late = await wan('resume', '--all');
    expect(late.exitCode, late.stderr).toBe(6);
    expect(late.stderr).toContain('nothing was billed');
    expect(late.stderr).toContain('prompt "a paper boat"');
    expect((await readRecords(place)).done).toMatchObject([{ id, status: 'failed', task_id: null }]);
    expect(sandbox.submits()).toHaveLength(1);
    const again = await wan('resume', id, '--resubmit');
    expect(again.exitCode, again.stderr).toBe(0);
    expect(sandbox.submits()).toHaveLength(2);
    expect((await readRecords(place)).done).toMatchObject([{ id, status: 'succeeded' }]);
    expect((await readRecords(place)).open).toEqual([]);
  });

  test('is sent once by --resubmit after ten minutes', async () => {
    const { sandbox, id, wan } = await lose({ drop: 'before' });
    sandbox.pass(10 * minutes);
    const again = await wan('resume', id, '--resubmit');
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.files).toHaveLength(1);
    expect(sandbox.submits().map(({ task_id: taskId }) => taskId === null)).toEqual([true, false]);
  });

  test('is not sent again while the list cannot be read', async () => {
    const { sandbox, id, place } = await lose({ drop: 'before' });
    sandbox.pass(11 * minutes);
    const other = { ...sandbox.env, DASHSCOPE_API_KEY: 'sk-another-account' };
    const run = await runWan(['resume', id, '--resubmit'], { env: other, place });
    expect(run.exitCode, run.stderr).toBe(14);
    expect(run.stderr).toContain('the key, region or address is another');
    expect(sandbox.submits()).toHaveLength(1);
  });
});

describe('what stands in the way of a look', () => {
  test('a day later the list proves nothing: it stays open', async () => {
    const { sandbox, id, place, wan } = await lose({ drop: 'after' });
    await age(place, id, 25 * 60 * minutes);
    sandbox.pass(25 * 60 * minutes);
    const run = await wan('resume', id);
    expect(run.exitCode, run.stderr).toBe(14);
    expect(run.stderr).toContain('lists the tasks of a day');
    expect((await readRecords(place)).open).toMatchObject([{ status: 'unconfirmed' }]);
  });

  test.each([60, -60, 24 * 60])('a clock that was set by %i minutes hides nothing', async (by) => {
    const { sandbox, id, place, wan } = await lose({ drop: 'after' });
    await age(place, id, by * minutes);
    const run = await wan('resume', id);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toContain(
      `is Alibaba Model Studio (DashScope)’s task ${sandbox.submits()[0]?.task_id}; a job of another machine`,
    );
    expect(sandbox.submits()).toHaveLength(1);
  });

  test('what still runs may be ours', async () => {
    const { sandbox, id, place, wan } = await lose({ drop: 'after' }, { latencyMs: notBeforePassed });
    await age(place, id, 60 * minutes);
    const run = await wan('resume', id, '--resubmit', '--timeout', '1s');
    expect(run.exitCode, run.stderr).toBe(14);
    expect(run.stderr).toContain(`it may be task ${sandbox.submits()[0]?.task_id} (queued)`);
    expect(sandbox.submits()).toHaveLength(1);
  });

  test('a row of the list that cannot be read may be the very one', async () => {
    const { sandbox, id, wan } = await lose(
      { drop: 'before' },
      { faults: [{ on: 'list', after: 1, body: '{"total":1,"data":[{"taskId":"x"}]}' }] },
    );
    sandbox.pass(11 * minutes);
    const run = await wan('resume', id, '--resubmit');
    expect(run.exitCode, run.stderr).toBe(14);
    expect(run.stderr).toContain('could not be read');
  });
});

describe('sending again', () => {
  test.each([
    ['is refused', { on: 'submit', after: 1, status: 400, code: 'Arrearage', message: 'Pay first.' }],
    ['finds nobody', { on: 'submit', after: 1, times: 9, status: 429, code: 'PostpaidBillOverdue' }],
  ])('AceData: what %s leaves the first send as open as it was', async (_name, fault) => {
    const { sandbox, id, place, wan } = await lose(
      { drop: 'before' },
      { provider: 'acedata', faults: [{ ...fault, status: 403, code: 'used_up' }] },
    );
    const run = await wan('resume', id, '--resubmit');
    expect(run.exitCode, run.stderr).toBe(14);
    expect(run.stderr).toContain('it stays open whether the first send was accepted');
    expect((await readRecords(place)).open).toMatchObject([{ status: 'unconfirmed', task_id: null }]);
    expect(sandbox.submits()).toHaveLength(2);
  });

  test('--adopt never sends: a job that is not open is refused', async () => {
    const sandbox = await openSandbox();
    const { port } = sandbox;
    await sandbox.close();
    const run = await runWan(boat, { env: sandbox.env });
    const id = (await readRecords(run.place)).open[0]?.id ?? '';
    const again = await openSandbox({ port });
    const adopted = await runWan(['resume', id, '--adopt', 'task-1'], { env: again.env, place: run.place });
    expect(adopted.exitCode, adopted.stderr).toBe(2);
    expect(again.submits()).toEqual([]);
  });
});

describe('tasks of others', () => {
  test('one of the same second and model with another prompt is never taken, and proves nothing', async () => {
    const { sandbox, id, place, wan } = await lose({ drop: 'before' });
    await submitAsStranger(sandbox.origin, 'a colleague’s boat');
    const resumed = await wan('resume', id);
    expect(resumed.exitCode, resumed.stderr).toBe(14);
    expect(resumed.stderr).toContain('shows no such task yet');
    expect(resumed.files).toEqual([]);
    expect((await readRecords(place)).open).toMatchObject([{ status: 'unconfirmed', task_id: null }]);
    sandbox.pass(10 * minutes);
    expect((await wan('resume', id)).exitCode).toBe(6);
  });

  test('two with the same prompt are shown, not chosen; the user’s word takes one', async () => {
    const { sandbox, id, wan } = await lose({ drop: 'after' });
    const twin = await submitAsStranger(sandbox.origin, 'a paper boat');
    const own = sandbox.submits()[0]?.task_id ?? '';
    const resumed = await wan('resume', id);
    expect(resumed.exitCode, resumed.stderr).toBe(14);
    expect(resumed.stderr).toContain(own);
    expect(resumed.stderr).toContain(twin);
    expect(resumed.stderr).toMatch(new RegExp(`hint: wan resume ${id} --adopt <task-id>`, 'u'));
    const adopted = await wan('resume', id, '--adopt', own, '--json');
    expect(adopted.exitCode, adopted.stderr).toBe(0);
    expect(JSON.parse(adopted.stdout)).toMatchObject({ jobs: [{ id, task_id: own, status: 'succeeded' }] });
  });

  test('a task that another job owns is nobody’s candidate, and cannot be adopted', async () => {
    const { sandbox, id, place, wan } = await lose({ drop: 'before' });
    const second = await runWan(boat, { env: sandbox.env, place });
    expect(second.exitCode).toBe(0);
    const owned = sandbox.submits()[1]?.task_id ?? '';
    const resumed = await wan('resume', id);
    expect(resumed.exitCode, resumed.stderr).toBe(14);
    expect(resumed.stderr).toContain('shows no such task yet');
    const adopted = await wan('resume', id, '--adopt', owned);
    expect(adopted.exitCode, adopted.stderr).toBe(2);
    expect(adopted.stderr).toContain(`the task ${owned} belongs to job`);
  });

  test('a task that nobody knows is not adopted', async () => {
    const { id, place, wan } = await lose({ drop: 'before' });
    const adopted = await wan('resume', id, '--adopt', '00000000-0000-4000-8000-000000000000');
    expect(adopted.exitCode, adopted.stderr).toBe(11);
    expect((await readRecords(place)).open).toMatchObject([{ status: 'unconfirmed', task_id: null }]);
  });
});

test('all candidates failed: after ten minutes nothing was billed, and the job is over', async () => {
  const { sandbox, id, place, wan } = await lose({ drop: 'after', task: 'FAILED', code: 'InternalError' });
  expect((await wan('resume', id)).exitCode).toBe(14);
  expect((await readRecords(place)).open).toMatchObject([{ status: 'unconfirmed', task_id: null }]);
  sandbox.pass(10 * minutes);
  const resumed = await wan('resume', id);
  expect(resumed.exitCode, resumed.stderr).toBe(9);
  expect(resumed.stderr).toContain('nothing was billed');
  expect((await readRecords(place)).done).toMatchObject([{ id, status: 'failed' }]);
});

describe('jobs that were prepared and never sent', () => {
  async function prepared() {
    const sandbox = await openSandbox();
    const offline = { ...sandbox.env, DASHSCOPE_HTTP_BASE_URL: sandbox.env['DASHSCOPE_HTTP_BASE_URL'] };
    const port = sandbox.port;
    await sandbox.close();
    const run = await runWan(boat, { env: offline });
    expect(run.exitCode, run.stderr).toBe(6);
    const id = (await readRecords(run.place)).open[0]?.id ?? '';
    const again = await openSandbox({ port });
    const wan = (...args: string[]) => runWan(args, { env: again.env, place: run.place });
    return { id, sandbox: again, wan, place: run.place };
  }

  test('are listed by resume --all, and sent when it is told to', async () => {
    const { id, sandbox, wan } = await prepared();
    const listed = await wan('resume', '--all');
    expect(listed.exitCode, listed.stderr).toBe(0);
    expect(listed.stderr).toContain(
      `job ${id} is prepared and was never sent: \`wan resume ${id}\` sends it`,
    );
    expect(sandbox.submits()).toEqual([]);
    const sent = await wan('resume', '--all', '--send-prepared');
    expect(sent.exitCode, sent.stderr).toBe(0);
    expect(sandbox.submits()).toHaveLength(1);
    expect(sent.files).toHaveLength(1);
  });

  test('are sent when they are named', async () => {
    const { id, sandbox, wan } = await prepared();
    const sent = await wan('resume', id);
    expect(sent.exitCode, sent.stderr).toBe(0);
    expect(sandbox.submits()).toHaveLength(1);
  });
});

test('what can no longer be saved is told with its reason, and the rest is saved', async () => {
  const sandbox = await openSandbox({ expiryMs: minutes });
  const first = await runWan([...boat, '--no-wait'], { env: sandbox.env });
  const { place } = first;
  const wan = (...args: string[]) => runWan(args, { env: sandbox.env, place });
  const lost = (await readRecords(place)).open[0]?.id ?? '';
  sandbox.pass(25 * 60 * minutes);
  await ageSubmit(place, lost, 25 * 60 * minutes);
  expect((await wan(...boat, '--no-wait')).exitCode).toBe(0);
  const resumed = await wan('resume', '--all', '--json');
  expect(resumed.exitCode, resumed.stderr).toBe(12);
  expect(resumed.stderr).toMatch(new RegExp(`^error: ${lost}: .+ knows no task `, 'mu'));
  const { jobs } = JSON.parse(resumed.stdout) as { jobs: { id: string; status: string; error: unknown }[] };
  // Once is not enough to give it up.
  expect(jobs.find(({ id }) => id === lost)).toMatchObject({ status: 'queued', error: { exit_code: 11 } });
  expect(jobs.find(({ id }) => id !== lost)).toMatchObject({ status: 'succeeded', error: null });
});

async function ageSubmit(place: Place, id: string, ms: number): Promise<void> {
  const file = path.join(place.stateDirectory, 'open', `${id}.json`);
  const record = JSON.parse(await readFile(file, 'utf8')) as { submitted_at: string };
  const submittedAt = new Date(Date.parse(record.submitted_at) - ms).toISOString();
  await writeFile(file, JSON.stringify({ ...record, submitted_at: submittedAt }));
}

test('a finished job whose file was removed is fetched again, as long as its link lives', async () => {
  const sandbox = await openSandbox();
  const run = await runWan([...boat, '-o', 'a.mp4'], { env: sandbox.env });
  const { id } = (await readRecords(run.place)).done[0] ?? {};
  await rm(path.join(run.place.cwd, 'a.mp4'));
  const resumed = await runWan(['resume', String(id)], { env: sandbox.env, place: run.place });
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect(resumed.files).toEqual(['a.mp4']);
  expect(sandbox.submits()).toHaveLength(1);
});

test.each([
  [['resume'], /which jobs\?/u],
  [['resume', '--all', '1T3K9QW7A2BC'], /name different jobs/u],
  [['resume', '--all', '--resubmit'], /wants the job by name/u],
  [['resume', '--all', '--adopt', 'x'], /--adopt takes one task/u],
  [['resume', '1T3K9QW7A2BC', '--adopt', '../x'], /--adopt is not a task id/u],
  [['resume', '--all', '--give-up'], /--give-up wants the jobs by name/u],
  [
    ['resume', '1T3K9QW7A2BC', '--give-up', '--resubmit'],
    /--give-up wants the jobs by name, and nothing else/u,
  ],
  [['resume', '--all', '-o', 'one.mp4'], /is one file, and there are several/u],
])('%j is refused before anything is asked', async (args, message) => {
  const run = await runWan(args);
  expect(run.exitCode, run.stderr).toBe(2);
  expect(run.stderr).toMatch(message);
});
