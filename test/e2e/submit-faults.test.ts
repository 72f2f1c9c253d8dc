import { expect, test } from 'vitest';
import { rudeServer } from '../helpers/rude-server.ts';
import { runWan } from '../helpers/run-wan.ts';
import { environmentFor, notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { readRecords } from './records.ts';

const wish = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '5'];
const page = '<html><title>Sign in</title></html>';
const acedata = 'acedata';
const dashscope = 'dashscope';

type Unclear = [name: string, provider: 'dashscope' | 'acedata', fault: object];

/** Answers after which the task may exist. */
const unclear: Unclear[] = [
  ['a connection cut before the service acts', dashscope, { drop: 'before' }],
  ['a connection cut before the answer', dashscope, { drop: 'after' }],
  ['a connection cut in the answer', dashscope, { drop: 'mid' }],
  ['a truncated answer', dashscope, { truncate: 30 }],
  ['an empty answer', dashscope, { body: '' }],
  ['a page', dashscope, { body: page }],
  ['a page of a gateway', dashscope, { status: 502, body: page }],
  ['no task id', dashscope, { body: '{"output":{"task_status":"PENDING"},"request_id":"r-1"}' }],
  ['a failure nobody knows', dashscope, { status: 500, code: 'SomethingNew', message: 'Oh.' }],
  ['a failure without a code', dashscope, { status: 503, body: '{"message":"Oh."}' }],
  ['RequestTimeOut', dashscope, { status: 500, code: 'RequestTimeOut', message: 'Late.' }],
  ['ResponseTimeout', dashscope, { status: 500, code: 'ResponseTimeout', message: 'Late.' }],
  ['status 408', dashscope, { status: 408 }],
  ['a connection cut before the answer', acedata, { drop: 'after' }],
  ['api_error', acedata, { status: 500, code: 'api_error' }],
  ['timeout', acedata, { status: 504, code: 'timeout' }],
  ['success without a task id', acedata, { body: '{"success":true}' }],
  ['a 200 that failed for no known reason', acedata, { body: '{"success":false,"error":{"code":"new"}}' }],
];

test.each(unclear)('%s (%s): says unconfirmed and never sends it again', async (_name, provider, fault) => {
  const sandbox = await openSandbox({ provider, faults: [{ on: 'submit', ...fault }] });
  const run = await runWan(wish, { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(14);
  expect(run.stdout).toBe('');
  expect(run.stderr).toContain('it was not sent again');
  expect(sandbox.submits()).toHaveLength(1);
  // And one look at the list, for the service's clock.
  expect(sandbox.requests.map(({ url }) => url).slice(1)).toEqual([
    expect.stringMatching(/\/tasks\/\?page_no=1&|\/wan\/tasks$/u),
  ]);

  const { open, done } = await readRecords(run.place);
  expect(done).toEqual([]);
  expect(open).toMatchObject([{ status: 'unconfirmed', task_id: null, error: { class: 'unconfirmed' } }]);
  const id = open[0]?.id ?? '';
  expect(run.stderr).toContain(`hint: wan resume ${id}\n`);

  await sandbox.close();
  const status = await runWan(['status', id], { place: run.place });
  expect(status.exitCode).toBe(14);
  expect(status.stdout).toMatch(new RegExp(`^unconfirmed ${id}\\b.*\n$`, 'u'));
  expect(status.stderr).toMatch(/sent .* ago, at \d{4}-\d\d-\d\dT[\d:.]+Z, prompt "a paper boat"/u);
  expect(status.stderr).toContain('not sent again');
  expect(status.stderr).toMatch(/^hint: /mu);
});

test('never sends an unconfirmed job by wait or download either', async () => {
  const sandbox = await openSandbox({ faults: [{ on: 'submit', drop: 'after' }] });
  const run = await runWan(wish, { env: sandbox.env });
  const id = (await readRecords(run.place)).open[0]?.id ?? '';
  const requests = sandbox.requests.length;
  const asked = { env: sandbox.env, place: run.place };
  const [waited, downloaded] = await Promise.all([
    runWan(['wait', id], asked),
    runWan(['download', id], asked),
  ]);
  expect(waited.exitCode, waited.stderr).toBe(14);
  expect(downloaded.stdout).toBe('');
  expect(downloaded.exitCode, downloaded.stderr).toBe(14);
  expect(sandbox.requests).toHaveLength(requests);
});

test('sends again what was turned away for being too fast, and buys one video', async () => {
  const limited = { on: 'submit', status: 429, headers: { 'Retry-After': '0' } };
  const sandbox = await openSandbox({ faults: [{ ...limited, times: 2, code: 'Throttling.RateQuota' }] });
  const run = await runWan([...wish, '--no-wait'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(sandbox.submits().map(({ status }) => status)).toEqual([429, 429, 200]);
  expect(run.stdout).toBe(`${sandbox.submits()[2]?.task_id}\n`);
  expect(run.stderr.match(/Throttling\.RateQuota.*; trying again/gu)).toHaveLength(2);
});

test('gives up on a rate limit after five more tries', async () => {
  const sandbox = await openSandbox({
    faults: [{ on: 'submit', times: 9, status: 429, code: 'Throttling', headers: { 'Retry-After': '0' } }],
  });
  const run = await runWan(wish, { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(4);
  expect(sandbox.submits()).toHaveLength(6);
  expect((await readRecords(run.place)).done).toMatchObject([{ status: 'failed' }]);
});

test.each([
  ['a bill overdue, though it looks like a rate limit', dashscope, 429, 'PostpaidBillOverdue', 4],
  ['a purchase missing', dashscope, 429, 'CommodityNotPurchased', 4],
  ['a debt, though it looks like bad input', dashscope, 400, 'Arrearage', 4],
  ['a rate limit of AceData, whose meaning is not certain', acedata, 429, 'too_many_requests', 4],
  ['a refusal nobody knows', dashscope, 400, 'SomethingNew', 2],
] as const)('%s (%s %i %s): ends at once', async (_name, provider, status, code, exitCode) => {
  const message = 'Words of the service.';
  const sandbox = await openSandbox({
    provider,
    faults: [{ on: 'submit', times: 9, status, code, message }],
  });
  const run = await runWan(wish, { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(exitCode);
  expect(run.stderr).toMatch(
    new RegExp(`^error: .*${code}: ${message}.* \\(request id [0-9a-f-]{36}\\)$`, 'mu'),
  );
  expect(sandbox.submits()).toHaveLength(1);
  expect((await readRecords(run.place)).done).toMatchObject([{ status: 'failed' }]);
});

test.each([
  [503, 'ModelUnavailable'],
  [500, 'InternalError.Algo'],
] as const)(
  'a failure in known words (%i %s) is looked for, and stays open for ten minutes',
  async (status, code) => {
    const sandbox = await openSandbox({ faults: [{ on: 'submit', status, code, message: 'Words.' }] });
    const run = await runWan(wish, { env: sandbox.env });
    expect(run.exitCode, run.stderr).toBe(14);
    expect(run.stderr).toContain('its list shows no such task yet, and may until');
    expect(sandbox.submits()).toHaveLength(1);
    expect((await readRecords(run.place)).open).toMatchObject([{ status: 'unconfirmed', error: { code } }]);
    sandbox.pass(10 * 60_000);
    const id = (await readRecords(run.place)).open[0]?.id ?? '';
    const resumed = await runWan(['resume', id], { env: sandbox.env, place: run.place });
    expect(resumed.exitCode, resumed.stderr).toBe(6);
    expect(resumed.stderr).toContain('nothing was billed');
  },
);

test.each([[301], [302], [307], [308]])(
  'does not follow a %i with a paid request or a key',
  async (status) => {
    const target = await rudeServer([{ body: {} }]);
    const sandbox = await openSandbox({
      faults: [{ on: 'submit', status, headers: { Location: `${target.origin}/elsewhere` } }],
    });
    const run = await runWan(wish, { env: sandbox.env });
    expect(run.exitCode, run.stderr).toBe(6);
    expect(run.stderr).toMatch(/^hint: .*--base-url/mu);
    expect(target.requests).toEqual([]);
    expect(sandbox.submits()).toHaveLength(1);
  },
);

test('does not follow a redirect when it asks for the task', async () => {
  const target = await rudeServer([{ body: {} }]);
  const sandbox = await openSandbox({
    latencyMs: notBeforePassed,
    faults: [{ on: 'query', times: 9, status: 307, headers: { Location: `${target.origin}/elsewhere` } }],
  });
  const run = await runWan(wish, { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(6);
  expect(run.stderr).toMatch(/^hint: .*wan wait [0-9A-Z]{12}$/mu);
  expect(target.requests).toEqual([]);
});

test('tries a connection that is refused again, sends nothing, and keeps the job prepared', async () => {
  const server = await rudeServer([]);
  await server.close();
  const run = await runWan(wish, { env: environmentFor(server.origin) });
  expect(run.exitCode, run.stderr).toBe(6);
  expect(run.stderr).toContain('nothing was sent');
  expect((await readRecords(run.place)).open).toMatchObject([{ status: 'prepared', task_id: null }]);
});

test('counts a connection cut while the request is still on its way as unconfirmed', async () => {
  const server = await rudeServer([{ drop: 'unread' }]);
  const run = await runWan(wish, { env: environmentFor(server.origin) });
  expect(run.exitCode, run.stderr).toBe(14);
  expect(server.requests.filter(({ url }) => url.includes('video-synthesis'))).toHaveLength(1);
});
