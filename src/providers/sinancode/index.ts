import type { Provider } from '../provider.ts';
import { sinancodeProtocol } from './protocol.ts';
import { sinancodeUpload } from './upload.ts';

/** SinanCode, a gateway in front of Bailian (docs.sinancode.com, read 2026-11). */
export const sinancode: Provider = {
  id: 'sinancode',
  title: 'SinanCode',
  protocol: sinancodeProtocol,
  upload: sinancodeUpload,
  // Its documents name no variable; these are ours.
  keyVariables: ['SINANCODE_API_KEY'],
  baseVariables: ['SINANCODE_BASE_URL'],
  workspaceVariables: [],
  basePath: '/v1',
  baseSuffixes: ['/v1'],
  endpoints: /\/(?:generate\/.*|tasks(?:\/[^/]+)?)$|(?<=\/v1)\/(?:generate|models|chat\/completions)$/iu,
  host: 'api.sinancode.com',
  sharedHosts: {},
  regionIds: {},
  paramRoot: '',
  keyPage: 'the SinanCode dashboard, "API Keys"',
};
