import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { providers } from '../../src/providers/index.ts';
import { dashscopeUpload } from '../../src/providers/dashscope/upload.ts';
import { controls, hostileText, mutated } from '../helpers/hostile-text.ts';

// Whatever answers in place of an upload's service: no address that is none, no field that breaks a form.

const policy = {
  request_id: 'r-1',
  data: {
    policy: 'eyJleHBpcmF0aW9uIjoi',
    signature: 'g5K/+9=',
    upload_dir: 'dashscope-instant/52afe077/2024-07-18/xxxx',
    upload_host: 'https://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com',
    expire_in_seconds: 300,
    max_file_size_mb: 100,
    oss_access_key_id: 'LTAIxxxx',
    x_oss_object_acl: 'private',
    x_oss_forbid_overwrite: true,
  },
};

describe('a signed policy', () => {
  test('is read where it is whole', () => {
    expect(dashscopeUpload.readPolicy(policy)?.form('a.png').url).toBe(
      'oss://dashscope-instant/52afe077/2024-07-18/xxxx/a.png',
    );
  });

  test('never throws, and never holds a control character or a host that is no address', () => {
    fc.assert(
      fc.property(mutated([policy]), (json) => {
        const read = dashscopeUpload.readPolicy(json);
        if (read === undefined) return;
        expect(read.host).toMatch(/^https?:\/\/[\u0021-\u007e]+$/iu);
        expect(read.maxBytes === undefined || read.maxBytes >= 1).toBe(true);
        const { url, fields } = read.form('a.png');
        expect(url).toMatch(/^oss:\/\/[\u0021-\u007e]+\/a\.png$/u);
        for (const [name, value] of fields) expect(`${name}${value}`).not.toMatch(controls);
      }),
      { numRuns: 2000 },
    );
  });

  test('a store’s own words never break a line, and only a store’s answer counts as stored', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), hostileText, hostileText, (status, code, message) => {
        const text = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
        const refusal = dashscopeUpload.readStoreRefusal(text);
        expect([refusal?.code, refusal?.message, refusal?.requestId].join(' ')).not.toMatch(controls);
        expect(dashscopeUpload.isStored(status, text)).toBe(false);
        expect(['expired', 'too-large', 'again', 'refused']).toContain(
          dashscopeUpload.meaningOf(status, refusal),
        );
      }),
      { numRuns: 1000 },
    );
  });
});

const forms = [
  [
    'acedata',
    { id: 'f-1', file_url: 'https://cdn.acedata.cloud/a.png', url: 'https://cdn.acedata.cloud/b.png' },
  ],
  ['sinancode', { url: 'https://cdn.example/a.png', expires_at: '2026-11-30T00:00:00Z' }],
  ['sinancode', { data: { cn_url: 'https://cdn.example/a.png', expires_at: null } }],
] as const;

describe.each(forms)('the answer of %s to a form', (id, sample) => {
  const { upload } = providers[id];
  if (upload.kind !== 'form') throw new Error(`${id} takes no forms`);

  test('gives an address where there is one', () => {
    expect(upload.readUrl(sample)?.url).toMatch(/^https:/u);
  });

  test('never throws, and never gives an address or a time that is none', () => {
    fc.assert(
      fc.property(mutated([sample]), (json) => {
        const read = upload.readUrl(json);
        if (read === undefined) return;
        expect(read.url).toMatch(/^https?:\/\/[\u0021-\u007e]+$/iu);
        if (read.expiresAt !== undefined) expect(new Date(read.expiresAt).toISOString()).toBe(read.expiresAt);
      }),
      { numRuns: 1000 },
    );
  });
});
