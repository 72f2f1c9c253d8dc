import type { Provider } from '../provider.ts';
import { dashscopeProtocol } from './protocol.ts';
import { dashscopeUpload } from './upload.ts';

/** Alibaba Model Studio (Bailian). Hosts: "Regions" and "Base URL overview", read 2026-05-30 and 2026-10. */
export const dashscope: Provider = {
  id: 'dashscope',
  title: 'Alibaba Model Studio (DashScope)',
  protocol: dashscopeProtocol,
  upload: dashscopeUpload,
  keyVariables: ['DASHSCOPE_API_KEY', 'QWEN_API_KEY', 'MODELSTUDIO_API_KEY', 'ALIBABA_API_KEY'],
  keyFile: { variable: 'DASHSCOPE_API_KEY_FILE_PATH', fallback: '.dashscope/api_key' },
  baseVariables: ['DASHSCOPE_HTTP_BASE_URL', 'DASHSCOPE_BASE_URL'],
  workspaceVariables: ['DASHSCOPE_WORKSPACE'],
  basePath: '/api/v1',
  baseSuffixes: ['/api/v1', '/compatible-mode/v1'],
  endpoints:
    /\/(?:services\/aigc\/.*|tasks(?:\/[^/]+(?:\/cancel)?)?)$|(?<=\/v1)\/(?:uploads|files|models|chat\/completions)$/iu,
  sharedHosts: {
    beijing: 'dashscope.aliyuncs.com',
    singapore: 'dashscope-intl.aliyuncs.com',
    virginia: 'dashscope-us.aliyuncs.com',
    hongkong: 'cn-hongkong.dashscope.aliyuncs.com',
  },
  regionIds: {
    beijing: 'cn-beijing',
    singapore: 'ap-southeast-1',
    virginia: 'us-east-1',
    frankfurt: 'eu-central-1',
    hongkong: 'cn-hongkong',
    tokyo: 'ap-northeast-1',
  },
  workspaceDomain: 'maas.aliyuncs.com',
  workspaceHeader: 'X-DashScope-WorkSpace',
  paramRoot: 'parameters',
  keyPage: 'the Model Studio console, "API keys"',
};
