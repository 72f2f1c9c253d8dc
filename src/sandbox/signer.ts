import { createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileExclusive } from '../store/atomic-file.ts';
import { errorCode } from '../core/error-code.ts';

/** Makes the sandbox's signatures and opaque ids. Its key lives in the directory, so links outlast a server. */
export type Signer = {
  /** Base64 of HMAC-SHA1, as object stores sign; 28 characters with `=` at the end. */
  sign: (text: string) => string;
  /** A short hexadecimal name for a text, which gives nothing of it away. */
  fingerprint: (text: string) => string;
};

/** @throws the file system's error when the directory cannot be written */
export async function openSigner(directory: string): Promise<Signer> {
  const path = join(directory, 'signing-key');
  try {
    await createFileExclusive(path, randomBytes(32).toString('hex'));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  const key = await readFile(path, 'utf8');
  return {
    sign: (text) => createHmac('sha1', key).update(text).digest('base64'),
    fingerprint: (text) => createHmac('sha256', key).update(text).digest('hex').slice(0, 24),
  };
}
