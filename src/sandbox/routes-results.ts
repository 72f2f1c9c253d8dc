import { randomUUID } from 'node:crypto';
import { parseByteRange } from './byte-range.ts';
import type { ClipFiles } from './clips.ts';
import { objectStoreError, objectStoreHeaders, Refused, type Reply } from './reply.ts';
import { checkResultLink, encodingsOf, resultPath } from './result-links.ts';
import type { Call, Route, Service } from './route.ts';
import type { Signer } from './signer.ts';
import type { TaskStore } from './task-store.ts';
import { endsAt, stateAt } from './task-timeline.ts';

/** The store that keeps results: it behaves as Alibaba Cloud OSS does with a link signed for GET. */
export function resultsService(parts: { tasks: TaskStore; clips: ClipFiles; signer: Signer }): Service {
  const route: Route = { path: resultPath, kind: 'download', handle: (call) => download(call, parts) };
  return {
    name: 'results',
    owns: (path) => path.startsWith('/dashscope-result/'),
    routes: [route],
    refuse: (refused) => objectStoreError(refused),
    codeOf: objectStoreCode,
    noRoute: () => new Refused(404, 'NoSuchKey', 'There is no such object.'),
  };
}

const codes: Record<number, string> = {
  400: 'InvalidArgument',
  403: 'AccessDenied',
  404: 'NoSuchKey',
  405: 'MethodNotAllowed',
  416: 'InvalidRange',
  429: 'DownloadTrafficRateLimitExceeded',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** An object store’s code for a bare status. */
export function objectStoreCode(status: number): string {
  return codes[status] ?? (status >= 500 ? 'InternalError' : 'InvalidArgument');
}

async function download(
  call: Call,
  { tasks, clips, signer }: { tasks: TaskStore; clips: ClipFiles; signer: Signer },
): Promise<Reply> {
  if (call.headers.authorization !== undefined) {
    throw new Refused(
      400,
      'InvalidArgument',
      'A signed link and an Authorization header exclude each other.',
    );
  }
  if (call.method !== 'GET' && call.method !== 'HEAD') {
    throw new Refused(405, 'MethodNotAllowed', 'Results can only be fetched.');
  }
  // The method is part of what was signed, so a link made for GET does not open HEAD.
  if (call.method === 'HEAD') throw new Refused(403, 'SignatureDoesNotMatch', 'The link was signed for GET.');
  const task = await tasks.find(call.params[0] ?? '');
  checkResultLink(call.path, call.rawQuery, call.now, signer, encodingsOf(task));
  if (task === undefined || stateAt(task, call.now) !== 'SUCCEEDED') {
    throw new Refused(404, 'NoSuchKey', 'There is no such object.');
  }
  const file = await clips.get(task.clip);
  const etag = `"${file.md5.toString('hex').toUpperCase()}"`;
  const lastModified = new Date(endsAt(task)).toUTCString();
  const headers = {
    ...objectStoreHeaders('video/mp4', randomUUID().replaceAll('-', '').slice(0, 24).toUpperCase()),
    'accept-ranges': 'bytes',
    etag,
    'last-modified': lastModified,
    'x-oss-object-type': 'Normal',
    'x-oss-storage-class': 'Standard',
  };
  const range = wantedRange(call, file.sizeBytes, etag, lastModified);
  if (range === undefined) {
    return {
      status: 200,
      headers: { ...headers, 'content-md5': file.md5.toString('base64') },
      body: { path: file.path, start: 0, end: file.sizeBytes },
      taskId: task.id,
    };
  }
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${range.start}-${range.end - 1}/${file.sizeBytes}` },
    body: { path: file.path, ...range },
    taskId: task.id,
  };
}

/** Undefined: the whole file, because no range was asked, it is not a legal one, or the file is another now. */
function wantedRange(call: Call, sizeBytes: number, etag: string, lastModified: string) {
  if (call.fault?.range === 'ignore') return undefined;
  const condition = call.headers['if-range'];
  if (condition !== undefined && condition !== etag && condition !== lastModified) return undefined;
  return parseByteRange(call.headers.range, sizeBytes);
}
