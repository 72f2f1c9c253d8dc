import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { at } from '../../src/core/untrusted.ts';
import { finished as finishedAcedata, wan3 } from './acedata-calls.ts';
import { film } from './films.ts';
import { key, openHarness, startTime, type Harness } from './harness.ts';
import { boundary, form } from './multipart-form.ts';
import { outcomeOf } from './outcomes.ts';
import { png } from './pictures.ts';
import { textAt } from './reading.ts';
import { auth, finished, linkOf } from './sinancode-calls.ts';

// Uploads that are answered with a plain address: AceData's console and SinanCode's upload host.

const megabyte = 1024 * 1024;
const token = 'platform-0123456789abcdef';
const picture = png(750, 1000);

function post(sandbox: Harness, path: string, body: Buffer, bearer: string | undefined) {
  return sandbox.call(path, {
    method: 'POST',
    body,
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
  });
}
const toConsole = (sandbox: Harness, body: Buffer, bearer: string | undefined = token) =>
  post(sandbox, '/api/v1/files/', body, bearer);
const toSinancode = (sandbox: Harness, body: Buffer) => post(sandbox, '/api/upload/file', body, key);

describe('AceData’s console', () => {
  test('stores a file and answers with its address', async () => {
    const sandbox = await openHarness();
    const answer = await toConsole(sandbox, form([], picture));
    expect([answer.status, answer.json]).toEqual([
      200,
      { file_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/hosted\/[0-9a-f-]{36}\.png$/u) },
    ]);
    const file = await sandbox.call(textAt(answer, 'file_url'));
    expect([file.status, file.headers['content-type'], file.bytes]).toEqual([200, 'image/png', picture]);
  });

  test.each([
    ['an API token', key],
    ['no token', undefined],
    ['a prefix alone', 'platform-'],
  ])('refuses %s', async (_name, bearer) => {
    const sandbox = await openHarness();
    const answer = await post(sandbox, '/api/v1/files/', form([], picture), bearer);
    expect([answer.status, answer.json]).toMatchObject([401, { code: 'invalid_token' }]);
  });

  test('refuses what is no form, or has no file', async () => {
    const sandbox = await openHarness();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answers = [
      await sandbox.call('/api/v1/files/', { method: 'POST', headers, body: {} }),
      await toConsole(sandbox, form([['name', 'x']], undefined)),
      await toConsole(sandbox, form([], picture).subarray(0, -30)),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
  });

  test('refuses more than 100 MB, and other methods', async () => {
    const sandbox = await openHarness();
    const answer = await toConsole(sandbox, form([], Buffer.alloc(100 * megabyte + 1)));
    expect([answer.status, answer.json]).toMatchObject([413, { code: 'too_large' }]);
    expect((await sandbox.call('/api/v1/files/')).status).toBe(405);
  });

  test('its files are read by jobs, without a call of the sandbox to itself', async () => {
    const sandbox = await openHarness();
    const clip = form([], await film({ seconds: 4, rate: 16 }));
    const url = textAt(await toConsole(sandbox, clip), 'file_url');
    const media = [{ type: 'reference_video', url }];
    expect(await finishedAcedata(sandbox, { ...wan3, media })).toMatchObject({
      response: { success: true, usage: { input_seconds: 4 } },
    });
    expect(sandbox.log.map((entry) => entry.url)).not.toContainEqual(expect.stringMatching(/hosted/u));
    // Any service may be given the address.
    const outcome = await outcomeOf(sandbox, {
      model: 'wan2.7-videoedit',
      input: { media: [{ type: 'video', url }] },
    });
    expect(outcome).toMatchObject({ usage: { duration: 8 } });
  });
});

describe('SinanCode’s upload host', () => {
  const stored = (type: string, ending: string) => ({
    url: expect.stringMatching(
      new RegExp(`^http://127\\.0\\.0\\.1:\\d+/hosted/[0-9a-f-]{36}\\.${ending}$`, 'u'),
    ),
    cn_url: expect.stringMatching(/^http/u),
    key: expect.stringMatching(/^hosted\//u),
    md5: createHash('sha256').update(picture).digest('hex').slice(0, 32),
    size: picture.length,
    content_type: type,
    expires_at: new Date(startTime + 48 * 3_600_000).toISOString(),
  });

  test('takes a form', async () => {
    const sandbox = await openHarness();
    const answer = await toSinancode(sandbox, form([], picture));
    expect([answer.status, answer.json]).toEqual([200, stored('image/png', 'png')]);
    expect((await sandbox.call(textAt(answer, 'url'))).bytes).toEqual(picture);
  });

  test('takes a data URL', async () => {
    const sandbox = await openHarness();
    const body = { data: `data:image/jpeg;base64,${picture.toString('base64')}` };
    const answer = await sandbox.call('/api/upload/base64', { method: 'POST', headers: auth, body });
    expect([answer.status, answer.json]).toEqual([200, stored('image/jpeg', 'jpg')]);
    expect((await sandbox.call(textAt(answer, 'cn_url'))).bytes).toEqual(picture);
  });

  test.each([{}, { data: 5 }, { data: 'AAAA' }, { data: 'data:image/png,raw' }])(
    'refuses %j as base64',
    async (body) => {
      const sandbox = await openHarness();
      const answer = await sandbox.call('/api/upload/base64', { method: 'POST', headers: auth, body });
      expect([answer.status, answer.json]).toMatchObject([400, { error_code: 'bad_request' }]);
    },
  );

  test('refuses more than 50 MB, and a form without a file', async () => {
    const sandbox = await openHarness();
    const large = await toSinancode(sandbox, form([], Buffer.alloc(50 * megabyte + 1)));
    expect([large.status, large.json]).toMatchObject([413, { error_code: 'too_large' }]);
    expect((await toSinancode(sandbox, form([['a', 'b']], undefined))).status).toBe(400);
  });

  test('a submit reads what was uploaded', async () => {
    const sandbox = await openHarness();
    const url = textAt(await toSinancode(sandbox, form([], picture)), 'url');
    await sandbox.call(linkOf(await finished(sandbox, { image_url: url, resolution: '720P' })));
    expect(sandbox.clips).toMatchObject([{ width: 816, height: 1104 }]);
  });
});

describe('what is hosted', () => {
  test('is gone after its life, and was never there under another name', async () => {
    const sandbox = await openHarness();
    const url = textAt(await toSinancode(sandbox, form([], picture)), 'url');
    expect((await sandbox.call('/hosted/../tasks')).status).not.toBe(200);
    expect((await sandbox.call(`${url}.png`)).status).toBe(404);
    expect((await sandbox.call(url, { method: 'DELETE' })).status).toBe(405);
    sandbox.pass(48 * 3_600_000);
    expect((await sandbox.call(url)).status).toBe(404);
    expect(await finished(sandbox, { image_url: url })).toMatchObject({ status: 'failed' });
  });

  test('cannot be named as an upload of DashScope, nor the other way round', async () => {
    const sandbox = await openHarness();
    const answer = await toSinancode(sandbox, form([], picture));
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'x-dashscope-async': 'enable',
      'x-dashscope-ossresourceresolve': 'enable',
    };
    const body = {
      model: 'wan2.6-i2v',
      input: { img_url: `oss://${textAt(answer, 'key')}` },
      parameters: {},
    };
    const path = '/api/v1/services/aigc/video-generation/video-synthesis';
    const submitted = await sandbox.call(path, { method: 'POST', headers, body });
    sandbox.pass(10_000);
    const id = textAt(submitted, 'output', 'task_id');
    const task = await sandbox.call(`/api/v1/tasks/${id}`, { headers });
    expect(at(task.json, 'output')).toMatchObject({
      task_status: 'FAILED',
      code: 'InvalidParameter.DataInspection',
    });
  });
});

describe('behind another name', () => {
  const publicUrl = 'https://films.example/wan';
  const host = { host: 'films.example' };

  test('links and upload addresses begin with it, and files there are known', async () => {
    const sandbox = await openHarness({ publicUrl });
    const clip = form([], await film({ seconds: 4, rate: 16 }));
    const url = textAt(await toConsole(sandbox, clip), 'file_url');
    expect(url).toMatch(/^https:\/\/films\.example\/wan\/hosted\/[0-9a-f-]{36}\.png$/u);
    const media = [{ type: 'reference_video', url }];
    const record = await finishedAcedata(sandbox, { ...wan3, media });
    expect(record).toMatchObject({ response: { success: true, usage: { input_seconds: 4 } } });
    const link = String(at(record, 'response', 'data', 'video_url'));
    expect(link.startsWith(`${publicUrl}/dashscope-result/`)).toBe(true);
    // What stands before it takes its own part of the path away.
    const inside = link.slice(publicUrl.length);
    expect((await sandbox.call(inside, { headers: host })).status).toBe(200);
    const policy = await sandbox.call('/api/v1/uploads?action=getPolicy&model=wan2.6-i2v', {
      headers: { authorization: `Bearer ${key}`, ...host },
    });
    expect(textAt(policy, 'data', 'upload_host').startsWith(`${publicUrl}/`)).toBe(true);
  });

  test('other names stay refused, as do web pages', async () => {
    const sandbox = await openHarness({ publicUrl });
    for (const headers of [{ host: 'evil.example' }, { ...host, origin: publicUrl }]) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await sandbox.call('/v1/tasks/x', { headers })).status).toBe(403);
    }
  });
});
