import { hostForm, UploadFault } from './hosted-files.ts';
import { jsonReply, Refused, type Reply } from './reply.ts';
import type { Call, Service } from './route.ts';
import type { UploadStore } from './upload-store.ts';

const maxBytes = 100 * 1024 * 1024;

/** The upload of AceData's console host (`platform.acedata.cloud/api/v1`, skill "cos-upload" of 2026-10). */
export function acedataConsoleService({ uploads }: { uploads: UploadStore }): Service {
  return {
    name: 'acedata-console',
    owns: (path) => path === '/api/v1/files',
    routes: [
      {
        method: 'POST',
        path: /^\/api\/v1\/files$/u,
        kind: 'upload',
        streamsBody: true,
        handle: (call) => upload(call, uploads),
      },
    ],
    // What its refusals look like is not documented; this is how Django services write theirs.
    refuse: ({ status, code, message }) => jsonReply(status, { code, detail: message }),
    codeOf: (status) => codes[status] ?? (status >= 500 ? 'api_error' : 'bad_request'),
    noRoute: () => new Refused(405, 'method_not_allowed', 'Files can only be posted.'),
  };
}

const codes: Record<number, string> = { 401: 'invalid_token', 403: 'forbidden', 413: 'too_large' };

async function upload(call: Call, uploads: UploadStore): Promise<Reply> {
  checkToken(call);
  try {
    const file = await hostForm(call, uploads, maxBytes);
    return jsonReply(200, { file_url: file.url });
  } catch (error) {
    if (!(error instanceof UploadFault)) throw error;
    throw error.reason === 'too-large'
      ? new Refused(413, 'too_large', 'The file exceeds 100 MB.')
      : new Refused(400, 'bad_request', 'The form must hold one part named file.');
  }
}

/** Tokens of the API are of no use on this host. @throws {Refused} */
function checkToken({ headers }: Call): void {
  if (!/^bearer\s+platform-\S+\s*$/iu.test(headers.authorization ?? ''))
    throw new Refused(401, 'invalid_token', 'A platform token is needed here.');
}
