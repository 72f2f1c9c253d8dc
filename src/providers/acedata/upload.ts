import * as z from 'zod';
import { link, readLoosely } from '../../core/loose.ts';
import type { FormUpload } from '../upload.ts';

const reply = z.object({ file_url: link, url: link });

/** The console's file endpoint, as the vendor's own clients use it (2026-10). It wants a key of the console. */
export const acedataUpload: FormUpload = {
  kind: 'form',
  scheme: 'https://',
  host: 'platform.acedata.cloud',
  basePath: '/api/v1',
  path: '/files/',
  field: 'file',
  // More gets a clean refusal, or hangs at a proxy.
  maxBytes: 100 * 1024 * 1024,
  keyVariables: ['ACEDATACLOUD_PLATFORM_TOKEN'],
  baseVariables: ['ACEDATACLOUD_PLATFORM_BASE_URL'],
  // Unsure: said to be stable, while another of its endpoints keeps files for a week.
  assumedLifetimeMs: 7 * 86_400_000,
  maxLifetimeMs: 7 * 86_400_000,
  readUrl: (body) => {
    const read = readLoosely(reply, body);
    const url = read?.file_url ?? read?.url;
    return url === undefined ? undefined : { url, expiresAt: undefined };
  },
  noKeyHint: 'host the file and give its https address, or set ACEDATACLOUD_PLATFORM_TOKEN',
};
