import { expect, test } from 'vitest';
import { namedTasks } from '../../src/core/named-tasks.ts';

const id = '0f3c5d2a-1111-4222-8333-944445555666';
const other = 'aaaaaaaa-1111-4222-8333-944445555666';
const read = (body: unknown, sent: unknown = {}) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return namedTasks({ text, json }, sent);
};

test.each<[string, unknown, string[]]>([
  ['task_id', { task_id: id }, [id]],
  ['taskId', { data: { taskId: 't_1.x' } }, ['t_1.x']],
  ['a number', { data: { task_id: 912345678901 } }, ['912345678901']],
  [
    'a number that JSON rounds off',
    '{"data":{"task_id":9123456789012345678901}}',
    ['9123456789012345678901'],
  ],
  ['an id beside a status word', { id, status: 'pending' }, [id]],
  ['a number beside a state', { data: { id: 77, state: 'IN_QUEUE' } }, ['77']],
  ['four deep', { a: { b: { c: { task_id: id } } } }, [id]],
  ['in lists', { data: [{ tasks: [{ task_id: id }] }] }, [id]],
  ['a task that is an id', { task: id }, [id]],
  ['a message', { message: `Task ${id} was created.` }, [id]],
  ['JSON in a text', { body: JSON.stringify({ task_id: id }) }, [id]],
  ['a text', `task ${id} created`, [id]],
  ['a text with more around it', `OK. Task ID: ${id}\n`, [id]],
  ['an address', `see /api/v1/tasks/${id}`, [id]],
  ['half of JSON', `{"success":true,"task_id":"${id}","trace_`, [id]],
  ['half of JSON with blanks', `{\n  "output": {\n    "task_id" : "${id}"`, [id]],
  ['a page', `<h1>502</h1><!-- taskId=${id} -->`, [id]],
  ['the same one twice', { task_id: id, data: { task_id: id } }, [id]],
  ['several', { task_id: id, data: { taskId: other } }, [id, other]],
])('%s', (_name, body, expected) => {
  expect(read(body)).toEqual(expected);
});

test.each<[string, unknown]>([
  ['the id of a call', { request_id: id, trace_id: id, requestId: `task ${id}` }],
  ['an id alone', { id }],
  ['an id beside a status that is no word', { id, status: 422 }],
  ['an id beside a status in digits', { errors: [{ id, status: '422' }] }],
  ['an id beside how the call went', { id, status: 'error' }],
  ['an id that is no id', { task_id: {}, data: { task_id: '' }, taskId: -1 }],
  ['an id of more than a line', { task_id: 'a\nb' }],
  ['five deep', { a: { b: { c: { d: { task_id: id } } } } }],
  ['a text with another id', `request ${id} failed`],
  ['a text with an id further off', `the task failed, see ${id}`],
  ['an id that was cut', `{"task_id":"${id.slice(0, 30)}`],
  ['another word that ends like it', `multitask ${id}`],
  ['nothing', ''],
])('%s names none', (_name, body) => {
  expect(read(body)).toEqual([]);
});

test.each<[string, unknown, unknown]>([
  ['a prompt', { message: `bad prompt: task ${id}` }, { input: { prompt: `a task ${id}` } }],
  ['a field', { echo: { task_id: 'abc' } }, { parameters: { task_id: 'abc' } }],
  ['an address', { taskId: id }, { callback_url: `https://e.com/?t=${id}` }],
])('%s that is only echoed names none', (_name, body, sent) => {
  expect(read(body, sent)).toEqual([]);
});

test.each<[string, Record<string, string>, string[]]>([
  ['a location', { location: `/api/v1/tasks/${id}` }, [id]],
  ['a location of another host', { location: `https://h.example/v1/tasks/${id}?x=1` }, [id]],
  ['a link', { link: `</api/v1/tasks/${id}>; rel="monitor"` }, [id]],
  ['a header of its own', { 'x-dashscope-task-id': 't-1' }, ['t-1']],
  ['the id of a call', { 'x-request-id': `task ${id}`, 'x-trace-id': id }, []],
  ['a cookie', { 'set-cookie': `task_id=${id}` }, []],
  ['an address that moved', { location: 'https://h.example/api/v1/services/video-synthesis' }, []],
])('in the headers: %s', (_name, headers, expected) => {
  expect(namedTasks({ text: '', json: undefined, headers }, {})).toEqual(expected);
});
