import { describe, expect, test } from 'vitest';
import { dashscope } from '../../src/providers/dashscope/index.ts';

const { readTask, readTaskId, readRefusal, query } = dashscope.protocol;
const https =
  'https://dashscope-result-sh.oss-accelerate.aliyuncs.com/a.mp4?Expires=1795262400&Signature=x%2Fy%3D';
const http = 'http://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.mp4?Expires=1';

const succeeded = (output: object, usage?: unknown) =>
  readTask({ request_id: 'r', output: { task_id: 't', task_status: 'SUCCEEDED', ...output }, usage });

test.each([
  ['PENDING', 'queued'],
  ['SUSPENDED', 'queued'],
  ['RUNNING', 'running'],
  ['SUCCEEDED', 'succeeded'],
  ['FAILED', 'failed'],
  ['CANCELED', 'canceled'],
  ['CANCELLED', 'canceled'],
  ['UNKNOWN', 'unknown'],
  ['succeeded', 'succeeded'],
  [' Running ', 'running'],
])('%j is %s', (word, state) => {
  expect(readTask({ output: { task_id: 't', task_status: word } })).toEqual({ state, links: [] });
});

test.each<[string, unknown]>([
  ['null', null],
  ['a text', 'SUCCEEDED'],
  ['a list', []],
  ['no output', { request_id: 'r' }],
  ['output null', { output: null }],
  ['output as a list', { output: [{ task_status: 'SUCCEEDED' }] }],
  ['no status', { output: { task_id: 't' } }],
  ['an unheard-of status', { output: { task_status: 'DREAMING' } }],
  ['a status of another type', { output: { task_status: { word: 'SUCCEEDED' } } }],
  ['a status of Object', { output: { task_status: 'constructor' } }],
  ['a refusal', { code: 'InvalidApiKey', message: 'no', request_id: 'r' }],
])('%s is no task, so the question is asked again', (_name, body) => {
  expect(readTask(body)).toBeUndefined();
});

describe('the link', () => {
  test.each<[string, object, string[]]>([
    ['in video_url', { video_url: https }, [https]],
    ['in results, an object', { results: { video_url: https } }, [https]],
    ['in the first of results', { results: [{ video_url: https }] }, [https]],
    ['in the first of results, as url', { results: [{ url: https }] }, [https]],
    ['in output_video_url', { output_video_url: https }, [https]],
    ['over plain http', { results: { video_url: http } }, [http]],
    ['in the first place of several', { output_video_url: http, video_url: https }, [https]],
    ['behind an empty place', { video_url: '', output_video_url: https }, [https]],
    ['behind a place of another type', { video_url: { url: http }, results: [{ url: https }] }, [https]],
    ['in the second of results', { results: [{ code: 'X' }, { url: https }] }, [https]],
    ['in a list of addresses', { video_urls: [https] }, [https]],
    ['behind one that is none', { video_url: 'ftp://h/a', results: { url: https } }, [https]],
    ['with blanks around it', { video_url: ` ${https}\r\n` }, [https]],
    [
      'with letters in it',
      { video_url: 'https://h/视频 "1".mp4?a=%2F' },
      ['https://h/%E8%A7%86%E9%A2%91%20%221%22.mp4?a=%2F'],
    ],
    ['without a host', { video_url: '/v.mp4' }, ['/v.mp4']],
    ['nowhere', {}, []],
    ['as null', { video_url: null, results: null }, []],
    ['as another scheme', { video_url: 'file:///etc/passwd' }, []],
    ['as a script', { video_url: 'javascript:alert(1)' }, []],
    ['with a line end in it', { video_url: `${https}\nX: y` }, []],
    ['with a control character in it', { video_url: `${https}\u001b[2J` }, []],
    ['in an empty list', { results: [] }, []],
  ])('%s', (_name, output, links) => {
    expect(succeeded(output)?.links).toEqual(links);
  });

  test.each(['PENDING', 'RUNNING', 'FAILED', 'CANCELED', 'UNKNOWN'])('of a %s task is not taken', (word) => {
    expect(readTask({ output: { task_status: word, video_url: https } })?.links).toEqual([]);
  });
});

describe('usage', () => {
  test.each<[string, object, object]>([
    [
      'of 2.6 and 2.7',
      {
        duration: 10,
        input_video_duration: 3,
        output_video_duration: 7,
        video_count: 1,
        SR: 720,
        size: '1280*720',
      },
      { billedSeconds: 10, inputSeconds: 3, outputSeconds: 7 },
    ],
    [
      'of 2.1',
      { video_count: 1, video_duration: 5, video_ratio: '832*480' },
      { billedSeconds: 5, inputSeconds: null, outputSeconds: 5 },
    ],
    ['as floats', { video_duration: 5.04 }, { billedSeconds: 5.04, inputSeconds: null, outputSeconds: 5.04 }],
    [
      'as texts',
      { duration: '10', output_video_duration: ' 5.04 ', SR: '720' },
      { billedSeconds: 10, inputSeconds: null, outputSeconds: 5.04 },
    ],
    [
      'of wrong types',
      { duration: [10], input_video_duration: {}, output_video_duration: 'ten' },
      { billedSeconds: null, inputSeconds: null, outputSeconds: null },
    ],
    ['that is empty', {}, { billedSeconds: null, inputSeconds: null, outputSeconds: null }],
  ])('%s', (_name, usage, expected) => {
    expect(succeeded({ video_url: https }, usage)?.usage).toEqual({ ...expected, raw: usage });
  });

  test.each([undefined, null, 'ten', 10, []])('is absent where it is %j', (usage) => {
    expect(succeeded({ video_url: https }, usage)).not.toHaveProperty('usage');
  });

  test.each([
    ['1280*720', { width: 1280, height: 720 }],
    ['standard', {}],
    [720, {}],
    ['1280*720*3', {}],
  ])('size %j tells the pixels %j', (size, pixels) => {
    const { width, height } = succeeded({}, { size }) ?? {};
    expect({ width, height }).toEqual({ width: undefined, height: undefined, ...pixels });
  });
});

test.each<[unknown, string | undefined]>([
  ['2026-04-16 23:17:56.380', '2026-04-16T15:17:56.380Z'],
  ['2026-04-16 23:17:56', '2026-04-16T15:17:56.000Z'],
  ['2026-01-01 07:59:59.999', '2025-12-31T23:59:59.999Z'],
  ['2026-04-16T23:17:56.3', '2026-04-16T15:17:56.300Z'],
  ['2026-13-40 99:99:99', undefined],
  ['yesterday', undefined],
  ['', undefined],
  [1_790_000_000, undefined],
  [null, undefined],
])('the time %j is of UTC+8: %s', (end_time, expected) => {
  expect(succeeded({ end_time })?.finishedAt).toBe(expected);
});

test('a failed task keeps its reason on one line, without controls', () => {
  const output = {
    task_status: 'FAILED',
    code: 'Invalid\u0007Parameter',
    message: 'a\r\n::error::\u202eb\u009b2J',
  };
  expect(readTask({ request_id: 'r\u001b[1m', output })).toEqual({
    state: 'failed',
    links: [],
    requestId: 'r[1m',
    code: 'InvalidParameter',
    message: 'a ::error::b2J',
  });
});

test('what was asked for is kept letter by letter, for comparing', () => {
  expect(succeeded({ orig_prompt: 'a\nb ' })?.prompt).toBe('a\nb ');
});

test.each<[string, unknown, object | undefined]>([
  [
    'at the top',
    { code: 'InvalidApiKey', message: 'no', request_id: 'r' },
    { code: 'InvalidApiKey', message: 'no', requestId: 'r' },
  ],
  [
    'wrapped by a gateway',
    { error: { code: 'invalid_api_key', message: 'no' }, request_id: 'r' },
    { code: 'invalid_api_key', message: 'no', requestId: 'r' },
  ],
  [
    'wrapped, with a type and its own id',
    { error: { type: 'x', message: 'no', request_id: 'in' } },
    { code: 'x', message: 'no', requestId: 'in' },
  ],
  ['without a message', { code: 'X' }, { code: 'X', message: 'X', requestId: undefined }],
  ['without a code', { message: 'no' }, { code: undefined, message: 'no', requestId: undefined }],
  [
    'with a number for a code',
    { code: 400, message: 'no' },
    { code: '400', message: 'no', requestId: undefined },
  ],
  ['not at all', { output: { task_id: 't' }, request_id: 'r' }, undefined],
  ['as null', null, undefined],
  ['as a text', 'InvalidApiKey', undefined],
  ['of wrong types', { code: {}, message: [] }, undefined],
  ['empty', { code: '', message: ' ' }, undefined],
])('a refusal %s', (_name, body, expected) => {
  expect(readRefusal(body)).toEqual(expected);
});

test.each<[unknown, string | undefined]>([
  [{ output: { task_id: '0385dc79-5ff8' } }, '0385dc79-5ff8'],
  [{ output: { task_id: 'a b' } }, undefined],
  [{ output: { task_id: 'x'.repeat(201) } }, undefined],
  [{ output: { task_id: '\u001b]0;x' } }, undefined],
  [{ output: { task_id: 5 } }, '5'],
  [{ task_id: 't' }, undefined],
  [null, undefined],
])('the task id in %j is %j', (body, expected) => {
  expect(readTaskId(body)).toBe(expected);
});

test('a task id from anywhere cannot change the path of the question', () => {
  expect(query('../uploads?action=x#').path).toBe('/tasks/..%2Fuploads%3Faction%3Dx%23');
});
