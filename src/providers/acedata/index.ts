import type { Provider } from '../provider.ts';
import { acedataProtocol } from './protocol.ts';
import { acedataUpload } from './upload.ts';

/** AceData Cloud's Wan service. Host: "Wan Videos Generation API", read 2026-10. */
export const acedata: Provider = {
  id: 'acedata',
  title: 'AceData Cloud',
  protocol: acedataProtocol,
  upload: acedataUpload,
  keyVariables: ['ACEDATACLOUD_API_TOKEN', 'ACEDATACLOUD_API_KEY', 'ACEDATA_API_KEY'],
  baseVariables: ['ACEDATACLOUD_API_BASE_URL'],
  workspaceVariables: [],
  basePath: '',
  baseSuffixes: ['/api/v1', '/compatible-mode/v1'],
  endpoints: /\/wan\/(?:videos|tasks)$/iu,
  host: 'api.acedata.cloud',
  sharedHosts: {},
  regionIds: {},
  paramRoot: '',
  keyPage: 'platform.acedata.cloud',
};
