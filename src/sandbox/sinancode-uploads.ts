import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { at } from '../core/untrusted.ts';
import {
  contentTypeOf,
  endingOf,
  hostBytes,
  hostForm,
  UploadFault,
  type HostedFile,
} from './hosted-files.ts';
import { jsonReply, Refused, type Reply } from './reply.ts';
import type { Call } from './route.ts';
import { uploadLifeMs, type UploadStore } from './upload-store.ts';

// SinanCode's upload host (pages "Upload File" and "Upload Base64" of docs.sinancode.com, 2026).

const maxBytes = 50 * 1024 * 1024;

/** `POST /api/upload/file`. @throws {Refused} */
export async function uploadForm(call: Call, uploads: UploadStore): Promise<Reply> {
  return answer(call, uploads, () => hostForm(call, uploads, maxBytes));
}

/** `POST /api/upload/base64`. @throws {Refused} */
export async function uploadBase64(call: Call, uploads: UploadStore): Promise<Reply> {
  const data = at(call.body.json(), 'data');
  const match = /^data:([\w.+-]+\/[\w.+-]+);base64,/iu.exec(
    typeof data === 'string' ? data.slice(0, 200) : '',
  );
  const type = match?.[1];
  if (typeof data !== 'string' || match === null || type === undefined)
    throw new Refused(400, 'bad_request', 'data must be a data URL in base64.');
  const bytes = Buffer.from(data.slice(match[0].length), 'base64');
  const name = `upload${endingOf(type.toLowerCase())}`;
  return answer(call, uploads, () => hostBytes(call, uploads, name, chunksOf(bytes), maxBytes));
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function answer(call: Call, uploads: UploadStore, host: () => Promise<HostedFile>): Promise<Reply> {
  try {
    const { key, url, sizeBytes } = await host();
    const upload = await uploads.find(key, call.now);
    return jsonReply(200, {
      url,
      cn_url: url,
      key,
      // A SHA-256 cut short, under a name that promises another sum, as the page says itself.
      md5: upload === undefined ? '' : (await sha256(upload.path)).slice(0, 32),
      size: sizeBytes,
      content_type: contentTypeOf(key),
      // How long files live there is not documented.
      expires_at: new Date(call.now + uploadLifeMs).toISOString(),
    });
  } catch (error) {
    if (!(error instanceof UploadFault)) throw error;
    throw error.reason === 'too-large'
      ? new Refused(413, 'too_large', 'The file exceeds 50 MB.')
      : new Refused(400, 'bad_request', 'The form must hold one part named file.');
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
