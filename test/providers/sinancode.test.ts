import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { judgeSubmit } from '../../src/core/submit-answer.ts';
import { sinancodeProtocol } from '../../src/providers/sinancode/protocol.ts';
import { meaningOf } from '../../src/providers/sinancode/error-codes.ts';

const link = 'https://media.example.com/a.mp4?sign=x%2F';

describe('a task', () => {
  test.each<[string, object, object]>([
    ['waits', { id: 'T', status: 'pending', result: null }, { state: 'queued', links: [] }],
    ['runs', { id: 'T', status: 'processing', result: [] }, { state: 'running', links: [] }],
    [
      'whose result is a list of addresses',
      { status: 'completed', result: [link] },
      { state: 'succeeded', links: [link] },
    ],
    [
      'whose result is a list of objects',
      {
        status: 'completed',
        result: [
          { type: 'image', url: 'https://e.com/a.png' },
          { type: 'video', url: link },
        ],
      },
      { state: 'succeeded', links: [link] },
    ],
    [
      'whose objects name no type',
      { status: 'COMPLETED', result: [{ url: link }, { url: 'https://e.com/b.mp4' }] },
      { state: 'succeeded', links: [link] },
    ],
    [
      'whose result is one object',
      { status: 'completed', result: { type: 'video', url: link } },
      { state: 'succeeded', links: [link] },
    ],
    [
      'whose result is one address',
      { status: 'completed', result: link },
      { state: 'succeeded', links: [link] },
    ],
    [
      'that is done without a result',
      { status: 'completed', result: null },
      { state: 'succeeded', links: [] },
    ],
    [
      'whose address is written as people write',
      {
        status: 'completed',
        result: [
          { type: 'video', url: '' },
          { type: 'video', url: ' https://h/猫 1.mp4' },
        ],
      },
      { state: 'succeeded', links: ['https://h/%E7%8C%AB%201.mp4'], written: ' https://h/猫 1.mp4' },
    ],
    [
      'whose address is none',
      { status: 'completed', result: ['file:///etc/passwd', 7] },
      { state: 'succeeded', links: [], written: 'file:///etc/passwd' },
    ],
    [
      'that failed',
      { status: 'failed', error_code: 'E1', error_msg: 'too dark' },
      { state: 'failed', links: [], code: 'E1', message: 'too dark' },
    ],
    [
      'that failed with a code alone',
      { status: 'failed', error_code: 'E1' },
      { state: 'failed', links: [], code: 'E1' },
    ],
  ])('%s', (_name, body, report) => {
    expect(sinancodeProtocol.readTask(body)).toEqual(report);
  });

  test.each([null, 'text', 7, [], {}, { status: 'melted' }, { status: 7 }])('%j is none', (body) => {
    expect(sinancodeProtocol.readTask(body)).toBeUndefined();
  });

  test('nothing that a service sends makes the reader throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('pending', 'completed', 'failed'), (value, status) => {
        sinancodeProtocol.readTask(value);
        sinancodeProtocol.readTask({ status, result: value, error_code: value, error_msg: value });
        sinancodeProtocol.readRefusal(value);
        sinancodeProtocol.readTaskId(value);
      }),
    );
  });
});

describe('an answer to a submit', () => {
  const judge = (status: number, json: unknown) =>
    judgeSubmit(
      { kind: 'reply', reply: { status, headers: {}, text: JSON.stringify(json), json } },
      sinancodeProtocol,
      0,
    );

  test.each<[string, number, unknown, object]>([
    ['an id', 200, { task_id: 'T-1' }, { kind: 'accepted', taskId: 'T-1' }],
    ['a wrong field', 400, { message: 'resolution' }, { kind: 'refused', error: { exitCode: 2 } }],
    ['a wrong token', 401, { message: 'no' }, { kind: 'refused', error: { exitCode: 3 } }],
    ['no money', 402, { error_msg: 'credits' }, { kind: 'refused', error: { exitCode: 4 } }],
    ['a wrong path', 404, { message: 'no such path' }, { kind: 'refused', error: { exitCode: 6 } }],
    ['too fast', 429, { message: 'slow down' }, { kind: 'refused', error: { exitCode: 4 } }],
    ['a fault of the service', 500, { message: 'oops' }, { kind: 'unconfirmed', error: { exitCode: 14 } }],
    ['a code in place of an id', 200, { error_code: 'E1' }, { kind: 'unconfirmed', error: { exitCode: 14 } }],
    ['nothing', 200, {}, { kind: 'unconfirmed', error: { exitCode: 14 } }],
  ])('%s', (_name, status, json, verdict) => {
    expect(judge(status, json)).toMatchObject(verdict);
  });
});

test.each([
  [
    { message: 'm', error_msg: 'e', error_code: 'c' },
    { code: 'c', message: 'm' },
  ],
  [
    { error_msg: 'e', error_code: 'c' },
    { code: 'c', message: 'e' },
  ],
  [{ error_code: 'c' }, { code: 'c', message: 'c' }],
  [{ error: { code: 'c', message: 'm' } }, { code: 'c', message: 'm' }],
])('the refusal in %j is read in its own web client’s order', (body, refusal) => {
  expect(sinancodeProtocol.readRefusal(body)).toMatchObject(refusal);
});

test('every status has a class, and no code is taken for a known one', () => {
  for (let status = 400; status < 600; status += 1) {
    const meaning = meaningOf(status, { code: 'x', message: 'm', requestId: undefined });
    expect(meaning.known).toBe(false);
    if (status >= 500) expect(meaning).toMatchObject({ class: 'network', retryable: true });
  }
});
