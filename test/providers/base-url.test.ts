import { expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { regionIds, type Region } from '../../src/core/region.ts';
import { acedata } from '../../src/providers/acedata/index.ts';
import { normalizeBase } from '../../src/providers/base-url.ts';
import { dashscope } from '../../src/providers/dashscope/index.ts';
import { isOwnHost, regionOfHost, workspaceHost } from '../../src/providers/provider.ts';
import { sinancode } from '../../src/providers/sinancode/index.ts';
import { parseRegion } from '../../src/providers/region.ts';
import { failureOf } from '../core/refusal.ts';

const beijing = 'https://dashscope.aliyuncs.com/api/v1';

test.each([
  ['dashscope.aliyuncs.com', beijing],
  ['dashscope.aliyuncs.com/', beijing],
  ['https://dashscope.aliyuncs.com', beijing],
  ['https://dashscope.aliyuncs.com/', beijing],
  ['https://dashscope.aliyuncs.com/api/v1', beijing],
  ['https://dashscope.aliyuncs.com/api/v1/', beijing],
  ['https://dashscope.aliyuncs.com/api/v1//', beijing],
  ['dashscope.aliyuncs.com/api/v1', beijing],
  ['https://dashscope.aliyuncs.com/compatible-mode/v1', beijing],
  ['https://dashscope.aliyuncs.com/compatible-mode/v1/', beijing],
  ['HTTPS://DashScope.Aliyuncs.com/API/V1', beijing],
  ['  https://dashscope.aliyuncs.com \n', beijing],
  ['https://dashscope.aliyuncs.com:443/api/v1', beijing],
  ['https://dashscope.aliyuncs.com/?', beijing],
  ['https://proxy.example/wan/api/v1', 'https://proxy.example/wan/api/v1'],
  ['https://proxy.example/wan', 'https://proxy.example/wan/api/v1'],
  ['proxy.example:8443', 'https://proxy.example:8443/api/v1'],
  ['localhost:18080', 'http://localhost:18080/api/v1'],
  ['127.0.0.1:18080/api/v1', 'http://127.0.0.1:18080/api/v1'],
  ['http://127.0.0.1:18080', 'http://127.0.0.1:18080/api/v1'],
  ['http://[::1]:18080/', 'http://[::1]:18080/api/v1'],
  ['http://wan.localhost', 'http://wan.localhost/api/v1'],
  ['https://localhost:18080', 'https://localhost:18080/api/v1'],
  ['https://dashscope.aliyuncs.com/api/v1/services/aigc/video-generation/video-synthesis', beijing],
  ['dashscope.aliyuncs.com/api/v1/services/aigc/image2video/video-synthesis/', beijing],
  ['https://dashscope.aliyuncs.com/api/v1/tasks', beijing],
  ['https://dashscope.aliyuncs.com/api/v1/tasks/0385dc79-5ff8-4d82-bcb6-0123456789ab', beijing],
  ['https://dashscope.aliyuncs.com/api/v1/tasks/0385dc79/cancel', beijing],
  ['https://dashscope.aliyuncs.com/api/v1/tasks/?page_no=1&page_size=1', beijing],
  ['https://dashscope.aliyuncs.com/api/v1/uploads?action=getPolicy&model=wan2.6-t2v', beijing],
  ['https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions', beijing],
  ['https://proxy.example/wan/api/v1/services/aigc/x/y', 'https://proxy.example/wan/api/v1'],
  ['https://proxy.example/services/aigc/x/y', 'https://proxy.example/api/v1'],
  ['https://proxy.example/tasks-of-ours', 'https://proxy.example/tasks-of-ours/api/v1'],
  ['https://proxy.example/models', 'https://proxy.example/models/api/v1'],
])('%j is the base %s', (text, base) => {
  expect(normalizeBase(dashscope, text)).toBe(base);
});

test.each([
  ['api.acedata.cloud', 'https://api.acedata.cloud'],
  ['https://api.acedata.cloud/', 'https://api.acedata.cloud'],
  ['https://api.acedata.cloud/api/v1', 'https://api.acedata.cloud'],
  ['http://localhost:1', 'http://localhost:1'],
  ['https://api.acedata.cloud/wan/videos', 'https://api.acedata.cloud'],
  ['https://api.acedata.cloud/wan/tasks/', 'https://api.acedata.cloud'],
  ['https://proxy.example/ace/wan/videos', 'https://proxy.example/ace'],
  ['https://proxy.example/wan', 'https://proxy.example/wan'],
])('%j is AceData’s base %s', (text, base) => {
  expect(normalizeBase(acedata, text)).toBe(base);
});

test.each([
  ['https://api.sinancode.com/v1/generate/bailian/wan2-image-to-video', 'https://api.sinancode.com/v1'],
  ['https://api.sinancode.com/v1/generate', 'https://api.sinancode.com/v1'],
  ['api.sinancode.com/v1/tasks/task_1', 'https://api.sinancode.com/v1'],
  ['https://api.sinancode.com/v1/', 'https://api.sinancode.com/v1'],
  ['http://127.0.0.1:1/v1/tasks', 'http://127.0.0.1:1/v1'],
])('%j is SinanCode’s base %s', (text, base) => {
  expect(normalizeBase(sinancode, text)).toBe(base);
});

test.each([
  ['http://dashscope.aliyuncs.com', /plain http/u],
  ['http://10.0.0.1/api/v1', /plain http/u],
  ['http://localhost.evil.example', /plain http/u],
  ['http://127.0.0.1.evil.example', /plain http/u],
  ['http://0.0.0.0', /plain http/u],
  ['ftp://dashscope.aliyuncs.com', /not https/u],
  ['file:///etc/passwd', /not https/u],
  ['https://me:secret@dashscope.aliyuncs.com', /user name or password/u],
  ['me:secret@dashscope.aliyuncs.com', /user name or password/u],
  ['https://dashscope.aliyuncs.com/?key=secret', /query/u],
  ['https://dashscope.aliyuncs.com/#secret', /query/u],
  ['https://', /not an address/u],
  ['', /not an address/u],
  ['two words', /not an address/u],
])('%j is refused', async (text, message) => {
  const error = await failureOf(() => normalizeBase(dashscope, text));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toMatch(message);
  expect(error.hint).toMatch(/--base-url https:\/\//u);
  expect(`${error.message} ${error.hint}`).not.toContain('secret');
});

test.each<[string, Region]>([
  ...regionIds.map((id): [string, Region] => [id, id]),
  ['cn-beijing', 'beijing'],
  ['ap-southeast-1', 'singapore'],
  ['intl', 'singapore'],
  ['us-east-1', 'virginia'],
  ['us', 'virginia'],
  ['eu-central-1', 'frankfurt'],
  ['cn-hongkong', 'hongkong'],
  ['ap-northeast-1', 'tokyo'],
  [' Beijing ', 'beijing'],
])('%j is the region %s', (text, region) => {
  expect(parseRegion(text)).toBe(region);
});

test.each(['', 'paris', 'constructor', 'eu'])('%j is no region', async (text) => {
  expect((await failureOf(() => parseRegion(text))).hint).toBe(`--region ${regionIds.join(' | ')}`);
});

test.each<[host: string, Region | undefined]>([
  ['dashscope.aliyuncs.com', 'beijing'],
  ['dashscope-intl.aliyuncs.com', 'singapore'],
  ['dashscope-us.aliyuncs.com', 'virginia'],
  ['cn-hongkong.dashscope.aliyuncs.com', 'hongkong'],
  ['llm-abc1.cn-beijing.maas.aliyuncs.com', 'beijing'],
  ['ws-1.ap-southeast-1.maas.aliyuncs.com', 'singapore'],
  ['ws-1.us-east-1.maas.aliyuncs.com', 'virginia'],
  ['ws-1.eu-central-1.maas.aliyuncs.com', 'frankfurt'],
  ['ws-1.cn-hongkong.maas.aliyuncs.com', 'hongkong'],
  ['ws-1.ap-northeast-1.maas.aliyuncs.com', 'tokyo'],
  ['evil.aliyuncs.com', undefined],
  ['bucket.oss-cn-beijing.aliyuncs.com', undefined],
  ['a.b.cn-beijing.maas.aliyuncs.com', undefined],
  ['.cn-beijing.maas.aliyuncs.com', undefined],
  ['cn-beijing.maas.aliyuncs.com', undefined],
  ['ws-1.mars-1.maas.aliyuncs.com', undefined],
  ['dashscope.aliyuncs.com.evil.example', undefined],
  ['evil-dashscope.aliyuncs.com', undefined],
  ['dashscope.aliyuncs.com:8443', undefined],
  ['api.acedata.cloud', undefined],
])('the host %s is DashScope’s own in %s', (host, region) => {
  expect(regionOfHost(dashscope, host)).toBe(region);
  expect(isOwnHost(dashscope, host)).toBe(region !== undefined);
});

test('AceData’s own host is its one host', () => {
  expect(isOwnHost(acedata, 'api.acedata.cloud')).toBe(true);
  expect(isOwnHost(acedata, 'api.acedata.cloud:444')).toBe(false);
  expect(isOwnHost(acedata, 'x402.acedata.cloud')).toBe(false);
  expect(isOwnHost(acedata, 'dashscope.aliyuncs.com')).toBe(false);
});

test('a workspace’s host names workspace and region', () => {
  expect(workspaceHost(dashscope, 'tokyo', 'ws-1')).toBe('ws-1.ap-northeast-1.maas.aliyuncs.com');
  expect(workspaceHost(acedata, 'tokyo', 'ws-1')).toBeUndefined();
});
