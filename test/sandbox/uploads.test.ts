import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asObject, at } from '../../src/core/untrusted.ts';
import { key, latencyMs, openHarness, query, submit, type Harness } from './harness.ts';
import { boundary, form } from './multipart-form.ts';
import { png } from './pictures.ts';
import { taskIdOf, textAt, xmlCode } from './reading.ts';

const auth = { authorization: `Bearer ${key}` };
const model = 'wan2.6-i2v';
const resolve = { 'x-dashscope-ossresourceresolve': 'enable' };

type Policy = Record<string, unknown>;

async function getPolicy(sandbox: Harness, forModel = model): Promise<Policy> {
  const answer = await sandbox.call(`/api/v1/uploads?action=getPolicy&model=${forModel}`, { headers: auth });
  return asObject(at(answer.json, 'data')) ?? {};
}

/** The fields as the documents list them, in their order, the file last. */
function fieldsOf(policy: Policy, name = 'k.png'): [string, string][] {
  return [
    ['OSSAccessKeyId', String(policy['oss_access_key_id'])],
    ['Signature', String(policy['signature'])],
    ['policy', String(policy['policy'])],
    ['x-oss-object-acl', String(policy['x_oss_object_acl'])],
    ['x-oss-forbid-overwrite', String(policy['x_oss_forbid_overwrite'])],
    ['key', `${String(policy['upload_dir'])}/${name}`],
    ['success_action_status', '200'],
  ];
}

function post(sandbox: Harness, body: Buffer, headers: Record<string, string> = {}) {
  return sandbox.call('/dashscope-file', {
    method: 'POST',
    body,
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(body.length),
      ...headers,
    },
  });
}

describe('an upload', () => {
  test('gets a policy as documented', async () => {
    const sandbox = await openHarness();
    expect(await getPolicy(sandbox)).toEqual({
      policy: expect.any(String),
      signature: expect.stringMatching(/=$/u),
      upload_dir: expect.stringMatching(/^dashscope-instant\/[^/]+\/2026-11-20\/[^/]+$/u),
      upload_host: `${sandbox.origin}/dashscope-file`,
      expire_in_seconds: 300,
      max_file_size_mb: 100,
      capacity_limit_mb: 999_999_999,
      oss_access_key_id: expect.any(String),
      x_oss_object_acl: 'private',
      x_oss_forbid_overwrite: 'true',
    });
  });

  test.each(['', '?action=getPolicy', '?action=other&model=m', '?model=m'])(
    'policy with %j is refused',
    async (search) => {
      const sandbox = await openHarness();
      const answer = await sandbox.call(`/api/v1/uploads${search}`, { headers: auth });
      expect([answer.status, answer.json]).toMatchObject([400, { code: 'InvalidParameter' }]);
    },
  );

  test('is stored privately and gives its picture’s shape to the video', async () => {
    const sandbox = await openHarness();
    const fields = fieldsOf(await getPolicy(sandbox));
    const answer = await post(
      sandbox,
      form([...fields, ['x-oss-content-type', 'image/png']], png(750, 1000)),
    );
    expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
    expect(sandbox.log.at(-1)).toMatchObject({
      url: '/dashscope-file',
      body: { bytes: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/u) },
    });
    const names = await readdir(join(sandbox.directory, 'state', 'uploads'));
    expect(names.length).toBe(2);
    for (const name of names)
      expect((await stat(join(sandbox.directory, 'state', 'uploads', name))).mode & 0o777).toBe(0o600);

    const body = { model, input: { img_url: `oss://${fields[5]?.[1]}` }, parameters: { resolution: '720P' } };
    const id = taskIdOf(await submit(sandbox, body, { headers: resolve }));
    sandbox.pass(latencyMs);
    await sandbox.call(textAt(await query(sandbox, id), 'output', 'video_url'));
    expect(sandbox.clips).toMatchObject([{ width: 816, height: 1104 }]);
  });

  test('answers 204 unless told otherwise, as object stores do', async () => {
    const sandbox = await openHarness();
    const fields = fieldsOf(await getPolicy(sandbox)).filter(([name]) => name !== 'success_action_status');
    expect((await post(sandbox, form(fields, png(300, 300)))).status).toBe(204);
  });

  test('serves several files under one policy, but no name twice', async () => {
    const sandbox = await openHarness();
    const policy = await getPolicy(sandbox);
    expect((await post(sandbox, form(fieldsOf(policy, 'a'), png(300, 300)))).status).toBe(200);
    expect((await post(sandbox, form(fieldsOf(policy, 'b'), png(300, 300)))).status).toBe(200);
    const again = await post(sandbox, form(fieldsOf(policy, 'a'), png(300, 300)));
    expect([again.status, xmlCode(again)]).toEqual([409, 'FileAlreadyExists']);
  });

  type Change = (fields: [string, string][], policy: Policy) => [string, string][];
  const without =
    (name: string): Change =>
    (fields) =>
      fields.filter(([field]) => field !== name);
  const set =
    (name: string, value: string): Change =>
    (fields) =>
      fields.map(([field, old]) => [field, field === name ? value : old]);

  test.each<[string, Change, number, string]>([
    ['no key', without('key'), 400, 'InvalidArgument'],
    ['no policy', without('policy'), 403, 'AccessDenied'],
    ['no access key', without('OSSAccessKeyId'), 400, 'InvalidArgument'],
    ['another access key', set('OSSAccessKeyId', 'x'), 403, 'InvalidAccessKeyId'],
    ['no signature', without('Signature'), 400, 'InvalidArgument'],
    ['a wrong signature', set('Signature', 'AAAA'), 403, 'SignatureDoesNotMatch'],
    ['another policy', set('policy', Buffer.from('{}').toString('base64')), 403, 'SignatureDoesNotMatch'],
    ['a key elsewhere', set('key', 'dashscope-instant/other/k.png'), 403, 'AccessDenied'],
    ['a public acl', set('x-oss-object-acl', 'public-read'), 403, 'AccessDenied'],
    ['no acl', without('x-oss-object-acl'), 403, 'AccessDenied'],
    ['overwriting', set('x-oss-forbid-overwrite', 'false'), 403, 'AccessDenied'],
  ])('with %s is refused in XML', async (_name, change, status, code) => {
    const sandbox = await openHarness();
    const policy = await getPolicy(sandbox);
    const answer = await post(sandbox, form(change(fieldsOf(policy), policy), png(300, 300)));
    expect([answer.status, answer.headers['content-type'], xmlCode(answer)]).toEqual([
      status,
      'application/xml',
      code,
    ]);
    expect(await readdir(join(sandbox.directory, 'state', 'uploads'))).toEqual([]);
  });

  test('with the file before its fields is refused', async () => {
    const sandbox = await openHarness();
    const fields = fieldsOf(await getPolicy(sandbox));
    const answer = await post(sandbox, form([], png(300, 300), fields));
    expect([answer.status, xmlCode(answer)]).toEqual([400, 'InvalidArgument']);
  });

  test('with an expired policy is refused', async () => {
    const sandbox = await openHarness();
    const body = form(fieldsOf(await getPolicy(sandbox)), png(300, 300));
    sandbox.pass(300_000);
    const answer = await post(sandbox, body);
    expect([answer.status, xmlCode(answer), answer.text]).toEqual([
      403,
      'AccessDenied',
      expect.stringContaining('Policy expired'),
    ]);
  });

  test('above the size limit is refused and not kept', async () => {
    const sandbox = await openHarness();
    const file = Buffer.alloc(100 * 1024 * 1024 + 1);
    const answer = await post(sandbox, form(fieldsOf(await getPolicy(sandbox)), file));
    expect([answer.status, xmlCode(answer)]).toEqual([400, 'EntityTooLarge']);
    expect(await readdir(join(sandbox.directory, 'state', 'uploads'))).toEqual([]);
  });

  test('without a file, without a form, cut short, with a key, or chunked is refused', async () => {
    const sandbox = await openHarness();
    const fields = fieldsOf(await getPolicy(sandbox));
    const body = form(fields, png(300, 300));
    const codes = [
      await post(sandbox, form(fields, undefined)),
      await post(sandbox, body, { 'content-type': 'application/octet-stream' }),
      await post(sandbox, body.subarray(0, body.length - 60)),
      await post(sandbox, body, auth),
    ].map((answer) => [answer.status, xmlCode(answer)]);
    expect(codes).toEqual([
      [400, 'IncorrectNumberOfFilesInPOSTRequest'],
      [412, 'PreconditionFailed'],
      [400, 'MalformedPOSTRequest'],
      [400, 'InvalidArgument'],
    ]);
    const chunked = await sandbox.call('/dashscope-file', {
      method: 'POST',
      body,
      headers: {
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'transfer-encoding': 'chunked',
      },
    });
    expect([chunked.status, xmlCode(chunked)]).toEqual([411, 'MissingContentLength']);
  });

  test('cannot be read back or listed', async () => {
    const sandbox = await openHarness();
    const fields = fieldsOf(await getPolicy(sandbox));
    await post(sandbox, form(fields, png(300, 300)));
    for (const path of ['/dashscope-file', `/dashscope-file/${fields[5]?.[1]}`]) {
      expect((await sandbox.call(path)).status).toBe(403);
    }
  });

  test.each<[string, string, string, number]>([
    ['another model', 'wan2.6-i2v-flash', key, 0],
    ['another account', model, 'sk-another', 0],
    ['more than 48 h', model, key, 48 * 3_600_000],
  ])('cannot be used after %s', async (_name, used, token, ms) => {
    const sandbox = await openHarness();
    const fields = fieldsOf(await getPolicy(sandbox));
    await post(sandbox, form(fields, png(300, 300)));
    sandbox.pass(ms);
    const authorization = `Bearer ${token}`;
    const body = { model: used, input: { img_url: `oss://${fields[5]?.[1]}` }, parameters: {} };
    const id = taskIdOf(await submit(sandbox, body, { headers: { ...resolve, authorization } }));
    sandbox.pass(latencyMs);
    const answer = await sandbox.call(`/api/v1/tasks/${id}`, { headers: { authorization } });
    expect(answer.json).toMatchObject({
      output: { task_status: 'FAILED', code: 'InvalidParameter.DataInspection' },
    });
  });

  test('is gone from the disk after its life', async () => {
    const sandbox = await openHarness();
    await post(sandbox, form(fieldsOf(await getPolicy(sandbox)), png(300, 300)));
    sandbox.pass(48 * 3_600_000);
    await sandbox.reopen();
    expect(await readdir(join(sandbox.directory, 'state', 'uploads'))).toEqual([]);
  });
});
