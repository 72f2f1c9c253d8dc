import type { GenerationRequest } from '../../src/core/request.ts';
import { dashscope } from '../../src/providers/dashscope/index.ts';
import { describe, expect, test } from 'vitest';
import { InterruptedError, TerminatedError } from '../../src/core/errors.ts';
import type { SendOutcome } from '../../src/core/http.ts';
import type { Job } from '../../src/core/job.ts';
import type { SendCallOptions } from '../../src/workflow/runtime.ts';
import { submitJob } from '../../src/workflow/submit.ts';
import { getModel } from '../catalog/get-model.ts';
import { makeJob } from '../core/make-job.ts';
import { failureOf } from '../core/refusal.ts';
import { reply } from '../core/reply.ts';
import { connectionTo, fakeWorld } from './fake-runtime.ts';

const accepted = reply(200, { output: { task_status: 'PENDING', task_id: 'task-1' }, request_id: 'r-1' });
const slowDown = reply(429, { code: 'Throttling', message: 'slow', request_id: 'r' });
const prepared = makeJob({
  status: 'prepared',
  sent_at: null,
  submitted_at: null,
  task_id: null,
  request_id: null,
});
const model = getModel('dashscope', 'wan2.6-t2v');

function submit(world: ReturnType<typeof fakeWorld>): Promise<Job> {
  const request: GenerationRequest = { mode: 't2v', model: model.id, prompt: 'p', media: [] };
  return submitJob(
    world.runtime,
    connectionTo('dashscope'),
    prepared,
    {
      call: dashscope.protocol.submit(request, model),
      request,
      model,
      others: [],
      search: { deadlineMs: 0, pollIntervalMs: undefined },
      stillOurs: async () => true,
    },
    () => {},
  );
}

describe('an interruption before the send', () => {
  test.each([
    ['Ctrl-C', new InterruptedError('interrupted'), 130],
    ['SIGTERM', new TerminatedError('terminated'), 143],
  ])('by %s sends nothing and cancels the job', async (_name, reason, exitCode) => {
    const world = fakeWorld([accepted]);
    world.interrupt(reason);
    const error = await failureOf(() => submit(world));
    expect(error).toMatchObject({ exitCode, hint: 'nothing was sent; run it again' });
    expect(world.log).toEqual(['save canceled']);
    expect(world.saved.at(-1)?.error?.message).toBe('stopped before it was sent: nothing was sent');
  });

  test('while waiting to send again sends nothing more', async () => {
    const world = fakeWorld([slowDown, accepted], {
      onSleep: () => world.interrupt(new InterruptedError('interrupted')),
    });
    expect((await failureOf(() => submit(world))).exitCode).toBe(130);
    expect(world.saved.at(-1)).toMatchObject({ status: 'canceled', sent_at: null });
    expect(world.left).toEqual([accepted]);
  });

  test('while the record is being written sends nothing', async () => {
    const world = fakeWorld([accepted], {
      onSave: ({ status }) => {
        if (status === 'submitting') world.interrupt(new InterruptedError('interrupted'));
      },
    });
    const error = await failureOf(() => submit(world));
    expect(error.exitCode).toBe(130);
    expect(world.left).toEqual([accepted]);
    expect(world.saved.at(-1)).toMatchObject({ status: 'canceled' });
  });
});

describe('an interruption during the send', () => {
  /** A send that is interrupted at once, and whose answer the test controls. */
  function interruptedSend(
    answer: (options: SendCallOptions) => Promise<SendOutcome>,
    onSleep?: () => Promise<void>,
  ) {
    const world = fakeWorld(
      [
        async (_call, options) => {
          world.interrupt(new InterruptedError('interrupted'));
          return answer(options);
        },
        accepted,
      ],
      onSleep === undefined ? {} : { onSleep },
    );
    return world;
  }

  test('gives the answer five seconds: a task that was bought is kept', async () => {
    const world = interruptedSend(
      async (options) => {
        expect(options.signal?.aborted).toBe(false);
        return accepted;
      },
      () => new Promise(() => {}),
    );
    expect((await submit(world)).task_id).toBe('task-1');
    expect(world.log).toEqual([
      'save submitting',
      expect.stringMatching(/^send/u),
      'sleep 5000',
      'save queued task-1',
    ]);
  });

  test.each<[string, (signal: AbortSignal | undefined) => SendOutcome]>([
    ['which comes back as lost', () => ({ kind: 'lost', reason: 'aborted' })],
    [
      'which is thrown',
      (signal) => {
        throw signal?.reason;
      },
    ],
  ])('cuts the connection after that, %s: the outcome is open', async (_name, end) => {
    const world = interruptedSend(async ({ signal }) => {
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      return end(signal);
    });
    const error = await failureOf(() => submit(world));
    expect(error).toMatchObject({ exitCode: 14, hint: `wan resume ${prepared.id}` });
    expect(world.saved.at(-1)).toMatchObject({ status: 'unconfirmed', sent_at: '2026-11-20T12:00:00.000Z' });
    expect(world.left).toEqual([accepted]);
  });

  test('that turns out to be refused is not sent again', async () => {
    const world = interruptedSend(
      async () => slowDown,
      () => new Promise(() => {}),
    );
    expect((await failureOf(() => submit(world))).exitCode).toBe(130);
    expect(world.saved.at(-1)).toMatchObject({ status: 'canceled' });
    expect(world.left).toEqual([accepted]);
  });
});
