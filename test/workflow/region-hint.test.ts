import { describe, expect, test } from 'vitest';
import { modelsFor } from '../../src/catalog/index.ts';
import { AuthError, ContentFilterError } from '../../src/core/errors.ts';
import { toStoredError } from '../../src/core/job.ts';
import type { SendOutcome } from '../../src/core/http.ts';
import type { Region } from '../../src/core/region.ts';
import type { GenerationRequest } from '../../src/core/request.ts';
import { providers } from '../../src/providers/index.ts';
import { findOtherRegion, withRegionHint } from '../../src/workflow/region-hint.ts';
import { askOnce } from '../../src/workflow/query.ts';
import { submitJob } from '../../src/workflow/submit.ts';
import type { Connection, SendCallOptions } from '../../src/workflow/runtime.ts';
import { getModel } from '../catalog/get-model.ts';
import { makeJob } from '../core/make-job.ts';
import { failureOf } from '../core/refusal.ts';
import { reply } from '../core/reply.ts';
import { connectionTo, fakeWorld } from './fake-runtime.ts';

const good = reply(200, { request_id: 'r', total: 0, data: [] });
const refused = reply(401, {
  code: 'InvalidApiKey',
  message: 'Invalid API-key provided.',
  request_id: 'r-1',
});
const error = new AuthError('refused', { code: 'InvalidApiKey', requestId: 'r-1', hint: 'check the key' });

const official: Partial<Connection> = { base: 'https://dashscope.aliyuncs.com/api/v1' };

/** Regions that answer as told, refuse otherwise, and a list of what was asked. */
function regions(answers: Partial<Record<Region, SendOutcome | Promise<SendOutcome>>>) {
  const asked: { url: string; options: SendCallOptions | undefined; connection: Connection }[] = [];
  const forgotten: unknown[] = [];
  return {
    asked,
    forgotten,
    send: async (connection: Connection, call: { path: string }, options?: SendCallOptions) => {
      asked.push({ url: `${connection.base}${call.path}`, options, connection });
      return answers[connection.region as Region] ?? refused;
    },
    forgetRegion: async ({ region }: Connection) => void forgotten.push(region),
  };
}

describe('a key that its region refuses', () => {
  test('is asked about in the other shared regions, at most five seconds each', async () => {
    const world = regions({ singapore: good });
    expect(await findOtherRegion(connectionTo('dashscope', official), world.send)).toBe('singapore');
    expect(world.asked.map(({ url }) => url).toSorted()).toEqual([
      'https://cn-hongkong.dashscope.aliyuncs.com/api/v1/tasks/?page_no=1&page_size=1',
      'https://dashscope-intl.aliyuncs.com/api/v1/tasks/?page_no=1&page_size=1',
      'https://dashscope-us.aliyuncs.com/api/v1/tasks/?page_no=1&page_size=1',
    ]);
    expect(world.asked.map(({ options }) => options)).toEqual(
      Array.from({ length: 3 }, () => ({ timeoutMs: 5_000 })),
    );
  });

  test('is named as soon as one takes it: nobody waits for the others', async () => {
    const world = regions({ singapore: new Promise(() => {}), virginia: good });
    expect(await findOtherRegion(connectionTo('dashscope', official), world.send)).toBe('virginia');
  });

  test.each<[string, Partial<Connection>, string]>([
    ['by --region', official, 'the key belongs to virginia: --region virginia'],
    [
      'without the address that holds it elsewhere',
      { ...official, baseSource: 'DASHSCOPE_BASE_URL' },
      'the key belongs to virginia: --region virginia, without DASHSCOPE_BASE_URL',
    ],
    [
      'without a workspace of another region',
      { base: 'https://llm-1.cn-beijing.maas.aliyuncs.com/api/v1', workspace: 'llm-1' },
      'the key belongs to virginia: --region virginia, without the workspace',
    ],
  ])('is pointed to its own %s', async (_name, patch, hint) => {
    const world = regions({ virginia: good });
    const hinted = await withRegionHint(world, connectionTo('dashscope', patch), error);
    expect(hinted).toBeInstanceOf(AuthError);
    expect(hinted).toMatchObject({ message: 'refused', hint, code: 'InvalidApiKey', requestId: 'r-1' });
    expect(world.forgotten).toEqual(['beijing']);
    expect(world.asked.every(({ connection }) => connection.workspace === undefined)).toBe(true);
  });

  test.each<[string, Partial<Record<Region, SendOutcome>>]>([
    ['none takes it', {}],
    [
      'none can be asked',
      {
        singapore: { kind: 'never-sent', reason: 'ENOTFOUND' },
        virginia: { kind: 'lost', reason: 'reset' },
        hongkong: reply(503, '<html>'),
      },
    ],
  ])('keeps its hint where %s', async (_name, answers) => {
    const world = regions(answers);
    expect(await withRegionHint(world, connectionTo('dashscope', official), error)).toBe(error);
    expect(world.asked).toHaveLength(3);
    expect(world.forgotten).toEqual([]);
  });

  test('keeps its hint when asking throws', async () => {
    const world = { ...regions({}), send: () => Promise.reject(new Error('interrupted')) };
    expect(await withRegionHint(world, connectionTo('dashscope', official), error)).toBe(error);
  });
});

describe('nobody else is asked', () => {
  test.each<[string, Connection, AuthError | ContentFilterError]>([
    ['at a custom base', connectionTo('dashscope', { isCustomBase: true }), error],
    ['at a host that is not the provider’s', connectionTo('dashscope'), error],
    [
      'of a service without regions',
      connectionTo('acedata', { base: 'https://api.acedata.cloud' }),
      new AuthError('no', { code: 'invalid_api_key' }),
    ],
    [
      'about a key that is known, and may not do this',
      connectionTo('dashscope', official),
      new AuthError('no', { code: 'AccessDenied' }),
    ],
    [
      'about a failure of another kind',
      connectionTo('dashscope', official),
      new ContentFilterError('no', { code: 'InvalidApiKey' }),
    ],
  ])('%s', async (_name, connection, failure) => {
    const world = regions({ singapore: good });
    expect(await withRegionHint(world, connection, failure)).toBe(failure);
    expect(world.asked).toEqual([]);
  });
});

const hint = 'the key belongs to singapore: --region singapore';

test('a refused submit says the region, and its record tells the same story', async () => {
  const world = fakeWorld([refused, good, refused, refused]);
  const model = getModel('dashscope', 'wan2.6-t2v');
  const request: GenerationRequest = { mode: 't2v', model: model.id, prompt: 'p', media: [] };
  const call = providers.dashscope.protocol.submit(request, model);
  const others = modelsFor('dashscope', 't2v', 'beijing');
  const order = {
    call,
    request,
    model,
    others,
    search: { deadlineMs: 0, pollIntervalMs: undefined },
    stillOurs: async () => true,
  };
  const prepared = makeJob({ status: 'prepared', task_id: null, submitted_at: null });
  const run = () => submitJob(world.runtime, connectionTo('dashscope', official), prepared, order, () => {});
  const failure = await failureOf(run);
  expect(failure).toMatchObject({ exitCode: 3, hint, code: 'InvalidApiKey', requestId: 'r-1' });
  expect(world.saved.at(-1)).toMatchObject({ status: 'failed', error: toStoredError(failure) });
  // The refusal is on disk before anybody else is asked.
  expect(world.log.indexOf('save failed')).toBeLessThan(
    world.log.findIndex((line) => line.includes('/tasks/')),
  );
  expect(world.log).toContain('forget beijing');
});

test.each<[string, string, string]>([
  ['a task', 'same', hint],
  [
    'a job of another key',
    'other',
    'the key belongs to singapore, and the job to beijing: use the key that made it (--profile)',
  ],
])('a refused question about %s says the region', async (_name, fingerprint, expected) => {
  const world = fakeWorld([refused, good, refused, refused]);
  const job = { ...makeJob({ status: 'running', fingerprint }), task_id: 'task-1' };
  const failure = await failureOf(() => askOnce(world.runtime, connectionTo('dashscope', official), job, 24));
  expect(failure).toMatchObject({ exitCode: 3, hint: expected });
});
