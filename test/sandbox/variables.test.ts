import { expect, test } from 'vitest';
import * as z from 'zod';
import { runWan } from '../helpers/run-wan.ts';

/** A child that asks each service with the variables that it was given, and tells what they answered. */
const script = `
const env = process.env;
const bearer = (name) => ({ headers: { authorization: 'Bearer ' + env[name] } });
const file = () => {
  const body = new FormData();
  body.set('file', new Blob(['a file']), 'a.txt');
  return { method: 'POST', body };
};
const answers = await Promise.all([
  fetch(env.DASHSCOPE_BASE_URL + '/tasks/x', bearer('DASHSCOPE_API_KEY')),
  fetch(env.ACEDATACLOUD_PLATFORM_BASE_URL + '/files/', { ...file(), ...bearer('ACEDATACLOUD_PLATFORM_TOKEN') }),
  fetch(env.ACEDATACLOUD_PLATFORM_BASE_URL + '/files/', { ...file(), ...bearer('ACEDATACLOUD_API_TOKEN') }),
  fetch(env.SINANCODE_BASE_URL + '/tasks/x', bearer('SINANCODE_API_KEY')),
  fetch(env.SINANCODE_UPLOAD_BASE_URL + '/api/upload/file', { ...file(), ...bearer('SINANCODE_API_KEY') }),
]);
console.log(JSON.stringify({ env, statuses: answers.map(({ status }) => status) }));
`;

test('a command inside reaches every service, and nothing of the real ones', async () => {
  const real = [
    'ACEDATACLOUD_PLATFORM_TOKEN',
    'ACEDATACLOUD_PLATFORM_BASE_URL',
    'SINANCODE_API_KEY',
    'SINANCODE_BASE_URL',
    'SINANCODE_UPLOAD_BASE_URL',
  ];
  const run = await runWan(['sandbox', '--', process.execPath, '--input-type=module', '-e', script], {
    env: Object.fromEntries(real.map((name) => [name, 'https://real.example.com'])),
  });
  expect(run.exitCode, run.stderr).toBe(0);
  const told = z
    .object({ env: z.record(z.string(), z.string()), statuses: z.array(z.number()) })
    .parse(JSON.parse(run.stdout));
  // SinanCode has no such task; the console has no use for a token of the API.
  expect(told.statuses).toEqual([200, 200, 401, 404, 200]);
  expect(Object.values(told.env).filter((value) => value.includes('real.example'))).toEqual([]);
});
