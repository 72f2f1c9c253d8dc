import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readProgress } from '../../src/core/job-progress.ts';
import { mayBeOf } from '../../src/core/lost-send.ts';
import { judgeSubmit } from '../../src/core/submit-answer.ts';
import { parseJson } from '../../src/net/parse-json.ts';
import { providers } from '../../src/providers/index.ts';
import type { Protocol } from '../../src/providers/protocol.ts';
import { makeJob } from '../core/make-job.ts';
import { controls, damaged, hostileText, mutated } from '../helpers/hostile-text.ts';
import { sampleReplies } from './sample-replies.ts';

// Real replies with something wrong in them: one field of another type, one missing, half of the text.

const nowMs = 1_790_000_000_000;

function progressOf(protocol: Protocol, json: unknown) {
  const report = protocol.readTask(json);
  if (report === undefined) return undefined;
  return readProgress(makeJob(), report, {
    nowMs,
    isSameAccount: true,
    linkHours: 24,
    serviceMs: undefined,
    base: 'https://service.example/api/v1',
    failuresAreFree: true,
    classOf: (code, message) => protocol.meaningOf(0, { code, message, requestId: undefined }),
  });
}

const all = Object.values(providers).map(({ id, title, protocol }) => ({
  title,
  protocol,
  samples: sampleReplies[id],
}));

describe.each(all)('$title', ({ protocol, samples }) => {
  const { submit, refusals, waiting, done, failed, lists } = samples;
  const every = [...submit, ...refusals, ...waiting, ...done, ...failed];
  const texts = every.map((sample) => JSON.stringify(sample));
  const reply = fc.oneof(
    mutated(every),
    damaged(texts).map((text) => parseJson(text)),
  );

  test('reads the unchanged ones as what they are', () => {
    for (const json of submit) expect(protocol.readTaskId(json)).toMatch(/^[0-9a-f-]{36}$/u);
    for (const json of refusals) expect(protocol.readRefusal(json)?.message).toMatch(/./u);
    for (const json of done)
      expect(progressOf(protocol, json)).toMatchObject({ job: { status: 'succeeded' } });
    for (const json of failed)
      expect(progressOf(protocol, json)).toMatchObject({
        job: { status: expect.stringMatching(/^(?:failed|canceled)$/u) as string },
      });
  });

  test('calls nothing succeeded that has no link', () => {
    fc.assert(
      fc.property(reply, (json) => {
        const progress = progressOf(protocol, json);
        if (progress?.kind !== 'update') return;
        const { status, outputs } = progress.job;
        expect(outputs.length > 0).toBe(status === 'succeeded');
        for (const { url } of outputs) {
          expect(url).toMatch(/^https?:\/\/[\u0021-\u007e]+$/iu);
          expect(URL.canParse(url)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('takes no link from a task that has not succeeded', () => {
    const word = fc.constantFrom(
      'RUNNING',
      'FAILED',
      'CANCELED',
      'UNKNOWN',
      'pending',
      'processing',
      'error',
    );
    const renamed = fc
      .tuple(fc.constantFrom(...done), word)
      .map(([sample, state]) =>
        parseJson(JSON.stringify(sample).replace(/"(?:SUCCEEDED|succeeded|completed)"/u, `"${state}"`)),
      );
    fc.assert(
      fc.property(fc.oneof(mutated([...done, ...failed, ...waiting]), renamed), (json) => {
        const report = protocol.readTask(json);
        if (report !== undefined && report.state !== 'succeeded') expect(report.links).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test('gives an id that may stand alone on a line and in a path, or none', () => {
    fc.assert(
      fc.property(reply, (json) => {
        expect(protocol.readTaskId(json) ?? 'x').toMatch(/^\w[\u0021-\u007e]{0,199}$/u);
      }),
      { numRuns: 2000 },
    );
  });

  test('lets no control character into what is shown or kept', () => {
    fc.assert(
      fc.property(reply, (json) => {
        const refusal = protocol.readRefusal(json);
        expect([refusal?.code, refusal?.message, refusal?.requestId].join(' ')).not.toMatch(controls);
        const progress = progressOf(protocol, json);
        if (progress?.kind !== 'update') return;
        const { error, request_id, finished_at, expires_at, model } = progress.job;
        const shown = [error?.message, error?.hint, error?.code, request_id, finished_at, expires_at, model];
        expect(shown.join(' ')).not.toMatch(controls);
        for (const time of [finished_at, expires_at])
          if (time !== null) expect(Number.isNaN(Date.parse(time))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test.skipIf(lists.length === 0)('lists tasks whose ids, models and times can be, or no page at all', () => {
    const { list } = protocol;
    expect(list?.read(lists[0])?.tasks).toHaveLength(2);
    fc.assert(
      fc.property(
        fc.oneof(
          mutated(lists),
          damaged(lists.map((page) => JSON.stringify(page))).map((text) => parseJson(text)),
        ),
        (json) => {
          const page = list?.read(json);
          if (page === undefined) return;
          expect(page.total === undefined || Number.isFinite(page.total)).toBe(true);
          for (const { taskId, model, createdMs } of page.tasks) {
            expect(taskId).toMatch(/^\w[\u0021-\u007e]{0,199}$/u);
            expect(model ?? '').not.toMatch(controls);
            expect(createdMs).not.toBeNaN();
          }
          const near = { model: 'wan2.6-t2v', service_sent_at: new Date(nowMs).toISOString() };
          for (const task of page.tasks) expect([true, false]).toContain(mayBeOf(near, task));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('calls a submit accepted only with an id, and sends it again only after a 429', () => {
    const status = fc.oneof(
      fc.constantFrom(200, 400, 401, 403, 408, 429, 500, 503),
      fc.integer({ min: 200, max: 599 }),
    );
    const headers = fc.dictionary(
      fc.constantFrom('retry-after', 'x-request-id', 'x-trace-id', 'content-type'),
      hostileText,
    );
    fc.assert(
      fc.property(reply, status, headers, (json, code, given) => {
        const text = json === undefined ? '' : JSON.stringify(json);
        const verdict = judgeSubmit(
          { kind: 'reply', reply: { status: code, headers: given, text, json } },
          protocol,
          nowMs,
        );
        if (verdict.kind === 'accepted') {
          expect(code).toBeLessThan(300);
          expect(verdict.taskId).toBe(protocol.readTaskId(json));
          return;
        }
        if (verdict.kind === 'again') expect([code, protocol.retriesRefusedSubmits]).toEqual([429, true]);
        // A 2xx is never thought refused but by the service's own words.
        if (verdict.kind === 'refused' && code < 300) expect(protocol.saysRefused(json)).toBe(true);
        const { message, hint, requestId } = verdict.error;
        expect([message, hint, requestId].join(' ')).not.toMatch(controls);
      }),
      { numRuns: 2000 },
    );
  });
});
