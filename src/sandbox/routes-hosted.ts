import { randomUUID } from 'node:crypto';
import { contentTypeOf, hostedKey } from './hosted-files.ts';
import { objectStoreError, objectStoreHeaders, Refused, type Reply } from './reply.ts';
import type { Call, Service } from './route.ts';
import { objectStoreCode } from './routes-results.ts';
import type { UploadStore } from './upload-store.ts';

/** Serves what was uploaded to services that answer with a plain address. Such addresses need no key. */
export function hostedService({ uploads }: { uploads: UploadStore }): Service {
  return {
    name: 'hosted',
    owns: (path) => path.startsWith('/hosted/'),
    // Not a kind of its own: a plan's `download` is about results.
    routes: [{ path: /^\/hosted\//u, kind: () => undefined, handle: (call) => serve(call, uploads) }],
    refuse: (refused) => objectStoreError(refused),
    codeOf: objectStoreCode,
    noRoute: () => new Refused(404, 'NoSuchKey', 'There is no such object.'),
  };
}

async function serve(call: Call, uploads: UploadStore): Promise<Reply> {
  if (call.method !== 'GET' && call.method !== 'HEAD')
    throw new Refused(405, 'MethodNotAllowed', 'Files can only be fetched.');
  const key = hostedKey(call.path);
  const upload = key === undefined ? undefined : await uploads.find(key, call.now);
  if (upload === undefined) throw new Refused(404, 'NoSuchKey', 'There is no such object.');
  return {
    status: 200,
    headers: objectStoreHeaders(contentTypeOf(upload.key), randomUUID()),
    body: { path: upload.path, start: 0, end: upload.sizeBytes },
  };
}
