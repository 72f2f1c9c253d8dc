import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readProgress } from '../../src/core/job-progress.ts';
import { judgeSubmit } from '../../src/core/submit-answer.ts';
import type { TaskReport } from '../../src/core/task.ts';
import { providers } from '../../src/providers/index.ts';
import { makeJob } from '../core/make-job.ts';

// Whatever a service or somebody in front of it sends, reading it neither throws nor lets a control character through.

// oxlint-disable-next-line no-control-regex -- these are the characters that must not come through
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\u001b[2J',
    'a\r\n::error::x',
    '\u202egnp.exe',
    '\u009b1m',
    'https://e.com/\u0007',
    '{"video_url":1}',
  ),
  fc.constantFrom(
    'SUCCEEDED',
    'FAILED',
    'UNKNOWN',
    'completed',
    'failed',
    'processing',
    'https://e.com/a.mp4',
  ),
  fc.constantFrom('2026-04-16 23:17:56.380', '9999-12-31 23:59:59', '1280*720', '9'.repeat(400)),
);
const leaf = fc.oneof(
  hostileText,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue(),
);
const keys = [
  'output task_id task_status video_url results url output_video_url usage end_time',
  'code message request_id orig_prompt duration size error type detail trace_id',
  'id finished_at started_at response request data state status success model',
].flatMap((line) => line.split(' '));
const body = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, tie('object'), fc.array(tie('value'), { maxLength: 3 })),
  object: fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), tie('value'), { maxKeys: 8 }),
})).object;

/** Records that are nearly whole, so that the far branches are reached too. */
const nearly = fc.oneof(
  body,
  fc.jsonValue(),
  fc.record(
    {
      id: fc.constant('T'),
      trace_id: leaf,
      finished_at: leaf,
      started_at: leaf,
      request: body,
      response: fc.oneof(body, hostileText, fc.record({ data: body, error: body, video_url: hostileText })),
    },
    { requiredKeys: ['id'] },
  ),
  fc.record({
    request_id: leaf,
    usage: body,
    output: fc.record({ task_status: hostileText, code: leaf, message: leaf, end_time: leaf, results: body }),
  }),
);

const all = Object.values(providers).map(({ title, protocol }) => [title, protocol] as const);

describe.each(all)('%s', (_title, protocol) => {
  test('reads any task without throwing, into clean text', () => {
    fc.assert(
      fc.property(nearly, (json) => {
        const report = protocol.readTask(json);
        if (report === undefined) return;
        expectClean(report);
        const context = {
          nowMs: 1_790_000_000_000,
          isSameAccount: true,
          linkHours: 24,
          serviceMs: undefined,
          base: 'https://service.example/api/v1',
          failuresAreFree: true,
          classOf: (code: string | undefined, message: string) =>
            protocol.meaningOf(0, { code, message, requestId: undefined }),
        };
        const progress = readProgress(makeJob(), report, context);
        if (progress.kind !== 'update') return;
        const { error, finished_at, expires_at } = progress.job;
        expect(`${error?.message} ${error?.hint} ${error?.code} ${finished_at} ${expires_at}`).not.toMatch(
          controls,
        );
      }),
      { numRuns: 1000 },
    );
  });

  test('reads any refusal and task id without throwing, into clean text', () => {
    fc.assert(
      fc.property(nearly, (json) => {
        const refusal = protocol.readRefusal(json);
        expect([refusal?.code, refusal?.message, refusal?.requestId].join(' ')).not.toMatch(controls);
        expect(protocol.readTaskId(json) ?? '').not.toMatch(/[^\u0021-\u007e]/u);
      }),
      { numRuns: 1000 },
    );
  });

  test('judges any answer to a submit, and calls nothing accepted that has no task id', () => {
    const status = fc.oneof(
      fc.integer({ min: 200, max: 599 }),
      fc.constantFrom(200, 400, 408, 429, 500, 503),
    );
    fc.assert(
      fc.property(
        nearly,
        status,
        fc.dictionary(fc.constantFrom('retry-after', 'x-request-id'), hostileText),
        (json, code, headers) => {
          const reply = { status: code, headers, text: JSON.stringify(json), json };
          const verdict = judgeSubmit({ kind: 'reply', reply }, protocol, 1_790_000_000_000);
          if (verdict.kind === 'accepted') expect(verdict.taskId).toBe(protocol.readTaskId(json));
          else
            expect(
              [verdict.error.message, verdict.error.hint, verdict.error.requestId].join(' '),
            ).not.toMatch(controls);
          if (verdict.kind === 'again') expect(code).toBe(429);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** All text of a report but the two that are kept as data: the prompt to compare, and the service's own usage. */
function expectClean({ prompt: _prompt, usage, ...rest }: TaskReport): void {
  for (const text of Object.values(rest).flat()) expect(String(text)).not.toMatch(controls);
  const seconds = [usage?.billedSeconds, usage?.inputSeconds, usage?.outputSeconds];
  for (const value of seconds) if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
}
