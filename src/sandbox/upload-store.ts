import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, open, readdir, readFile, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { makePrivateDirectory, writeFileAtomic } from '../store/atomic-file.ts';
import { errorCode } from '../core/error-code.ts';

/** Uploads live 48 h (Model Studio, "Upload local files to get temporary URLs", 2026-10). */
export const uploadLifeMs = 48 * 3_600_000;

/** Temporary files of dead servers are removed after this. */
const abandonedMs = 3_600_000;

const schema = z.object({ key: z.string(), uploadedAt: z.number(), sizeBytes: z.number() });

/** A file that was uploaded, with where its bytes are. */
export type Upload = z.output<typeof schema> & { path: string };

/** What came of storing. */
export type StoreResult = 'stored' | 'exists' | 'too-large';

/** Files uploaded to the sandbox, by object key. Each is its bytes and a small record beside them. */
export class UploadStore {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open(directory: string): Promise<UploadStore> {
    await makePrivateDirectory(directory);
    return new UploadStore(directory);
  }

  /** Stores a stream under a key that must be new. @throws when the stream breaks off; then nothing is kept. */
  async store(
    key: string,
    content: AsyncIterable<Buffer>,
    maxBytes: number,
    now: number,
  ): Promise<StoreResult> {
    const temporary = join(this.#directory, `${now}-${randomUUID()}.tmp`);
    let sizeBytes = 0;
    async function* bounded(): AsyncGenerator<Buffer> {
      for await (const chunk of content) {
        sizeBytes += chunk.length;
        // The rest is read and dropped, so that the client hears why.
        if (sizeBytes <= maxBytes) yield chunk;
      }
    }
    try {
      await pipeline(bounded, createWriteStream(temporary, { mode: 0o600, flags: 'wx' }));
      if (sizeBytes > maxBytes) return 'too-large';
      try {
        // A link, not a rename: of two uploads to one key exactly one wins.
        await link(temporary, this.#path(key));
      } catch (error) {
        if (errorCode(error) === 'EEXIST') return 'exists';
        throw error;
      }
      await writeFileAtomic(`${this.#path(key)}.json`, JSON.stringify({ key, uploadedAt: now, sizeBytes }));
      return 'stored';
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** The upload under a key; undefined where there is none, or it is past its 48 h. */
  async find(key: string, now: number): Promise<Upload | undefined> {
    const upload = await this.#read(this.#path(key));
    return upload === undefined || now >= upload.uploadedAt + uploadLifeMs ? undefined : upload;
  }

  async removeExpired(now: number): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      const path = join(this.#directory, name);
      if (name.endsWith('.tmp')) {
        if (now >= Number.parseInt(name, 10) + abandonedMs) await rm(path, { force: true });
      } else if (name.endsWith('.json')) {
        const upload = await this.#read(path.slice(0, -5));
        if (upload !== undefined && now < upload.uploadedAt + uploadLifeMs) continue;
        await rm(path.slice(0, -5), { force: true });
        await unlink(path).catch(() => {});
      }
    }
  }

  async #read(path: string): Promise<Upload | undefined> {
    try {
      const parsed = schema.safeParse(JSON.parse(await readFile(`${path}.json`, 'utf8')));
      return parsed.success ? { ...parsed.data, path } : undefined;
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  #path(key: string): string {
    return join(this.#directory, createHash('sha256').update(key).digest('hex'));
  }
}

/** The first bytes of a file. */
export async function readHead(path: string, maxBytes: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
