import type { ProviderId } from '../../src/core/model.ts';

// Replies as the services' documents show them (read 2026-05 to 2026-10), for tests that change them.

type Samples = {
  submit: unknown[];
  refusals: unknown[];
  waiting: unknown[];
  done: unknown[];
  failed: unknown[];
  /** Pages of the list of tasks, where there is one. */
  lists: unknown[];
};

const video =
  'https://dashscope-result-sh.oss-accelerate.aliyuncs.com/a.mp4?Expires=1795262400&Signature=x%2Fy%3D';
const id = '0385dc79-5ff8-4d82-bcb6-7f0d4a1e9c11';
const times = {
  submit_time: '2026-04-16 23:13:40.553',
  scheduled_time: '2026-04-16 23:13:40.574',
  end_time: '2026-04-16 23:17:56.380',
};
const task = (output: object, rest: object = {}) => ({
  request_id: 'e5d1b7ea-0000-9f2b-8a6f-1d5b7e0c9a33',
  output: { task_id: id, ...output },
  ...rest,
});

const dashscope: Samples = {
  submit: [task({ task_status: 'PENDING' })],
  refusals: [
    { code: 'InvalidParameter', message: 'The size is not supported.', request_id: 'r-1' },
    { error: { code: 'invalid_api_key', type: 'auth', message: 'Incorrect API key' }, request_id: 'r-2' },
  ],
  waiting: [
    task({ task_status: 'PENDING', submit_time: times.submit_time }),
    task({ task_status: 'RUNNING', submit_time: times.submit_time, scheduled_time: times.scheduled_time }),
    task({ task_status: 'UNKNOWN' }),
  ],
  done: [
    task(
      { task_status: 'SUCCEEDED', ...times, orig_prompt: 'a kitten', video_url: video },
      { usage: { duration: 10, output_video_duration: 10, video_count: 1, SR: 720, size: '1280*720' } },
    ),
    task(
      { task_status: 'SUCCEEDED', ...times, results: [{ video_url: video }] },
      { usage: { video_duration: 5.04, video_ratio: '832*480' } },
    ),
    task({ task_status: 'SUCCEEDED', ...times, output_video_url: video }),
  ],
  failed: [
    task({ task_status: 'FAILED', ...times, code: 'InternalError.Algo', message: 'Bad luck.' }),
    task({ task_status: 'CANCELED', ...times }),
  ],
  lists: [
    {
      request_id: 'r-3',
      total: 2,
      total_page: 1,
      page_no: 1,
      page_size: 50,
      data: [
        { task_id: id, status: 'SUCCEEDED', model_name: 'wan2.6-t2v', gmt_create: 1_790_000_000_000 },
        { task_id: `${id}-2`, status: 'FAILED', model_name: 'wan2.6-i2v', gmt_create: 1_790_000_100_000 },
      ],
    },
  ],
};

const record = (rest: object) => ({
  _id: '0385dc795ff84d82bcb67f0d',
  id,
  type: 'videos',
  trace_id: 't-1',
  request: { action: 'text2video', model: 'wan2.6-t2v', prompt: 'a kitten' },
  created_at: 1_790_000_000.1,
  ...rest,
});
const ended = { started_at: 1_790_000_000.4, finished_at: 1_790_000_787.3, elapsed: 786.9 };
const reason = { success: false, trace_id: 't-1', error: { code: 'api_error', message: 'Bad luck.' } };

const acedata: Samples = {
  submit: [{ task_id: id, trace_id: 't-1' }],
  refusals: [
    { error: { code: 'used_up', message: 'no credits' }, trace_id: 't-1' },
    reason,
    { detail: 'Not found.' },
  ],
  waiting: [record({ finished_at: null }), record({ started_at: 1_790_000_000.4, finished_at: null }), {}],
  done: [
    record({ ...ended, response: { success: true, state: 'completed', task_id: id, video_url: video } }),
    record({
      ...ended,
      response: {
        success: true,
        data: { model: 'wan3.0-video', status: 'succeeded', video_url: video, usage: { duration: 5 } },
        usage: { resolution: '720P', output_seconds: 5 },
      },
    }),
  ],
  failed: [record({ ...ended, response: reason })],
  lists: [{ items: [record({ ...ended, response: reason }), record({ finished_at: null })], count: 2 }],
};

const sinancode: Samples = {
  submit: [{ task_id: id, status: 'pending' }],
  refusals: [
    { error_code: 'E1', error_msg: 'too dark', message: 'no' },
    { error: { message: 'no credits' } },
  ],
  waiting: [
    { id, status: 'pending', error_code: null, error_msg: null, result: null },
    { id, status: 'processing', result: [] },
  ],
  done: [
    { id, status: 'completed', result: [{ type: 'video', url: video }] },
    { id, status: 'completed', result: [video] },
  ],
  failed: [{ id, status: 'failed', error_code: 'task_failed', error_msg: 'Bad luck.', result: null }],
  lists: [],
};

export const sampleReplies: Record<ProviderId, Samples> = { dashscope, acedata, sinancode };
