import * as z from 'zod';
import { link, object, readLoosely, text } from '../../core/loose.ts';
import type { FormUpload } from '../upload.ts';

const fields = { url: link, cn_url: link, expires_at: text };
const reply = z.object({ ...fields, data: object(fields) });

/** docs.sinancode.com, "Upload File", read 2026-10. It takes the same key as the API. */
export const sinancodeUpload: FormUpload = {
  kind: 'form',
  scheme: 'https://',
  host: 'files-api.sinancode.com',
  basePath: '',
  path: '/api/upload/file',
  field: 'file',
  // Unsure whether thousands or 1024s are meant: the smaller.
  maxBytes: 50_000_000,
  keyVariables: [],
  baseVariables: ['SINANCODE_UPLOAD_BASE_URL'],
  // Unsure: the reply is documented to say.
  assumedLifetimeMs: 86_400_000,
  maxLifetimeMs: 30 * 86_400_000,
  readUrl: (body) => {
    const read = readLoosely(reply, body);
    const place = read?.url === undefined && read?.cn_url === undefined ? read?.data : read;
    const url = place?.url ?? place?.cn_url;
    if (url === undefined) return undefined;
    const end = Date.parse(place?.expires_at ?? '');
    return { url, expiresAt: Number.isNaN(end) ? undefined : new Date(end).toISOString() };
  },
  noKeyHint: 'host the file and give its https address, or set SINANCODE_API_KEY',
};
