import { readFile, stat } from 'node:fs/promises';
import { Agent } from 'undici';
import { postForm } from '../../src/net/post-form.ts';
import { fileAsset } from '../../src/store/asset-file.ts';

// Posts the file of the command line, and says how much memory that took at its peak, in kilobytes.
const [, , url = '', path = '', sha256 = ''] = process.argv;
const { size, mtimeMs } = await stat(path);
const asset = fileAsset(
  { path, bytes: size, modifiedMs: mtimeMs, sha256 },
  { extension: 'mp4', mimeType: 'video/mp4' },
);
const dispatcher = new Agent();
const outcome = await postForm(
  new URL(url),
  { fields: [], file: { ...asset, field: 'file' } },
  { dispatcher, headers: {}, signal: new AbortController().signal, stallMs: 30_000, onProgress: () => {} },
);
await dispatcher.destroy();
// Not getrusage: on Linux its peak starts with that of the parent, which has the whole file in memory.
const peak = /^VmHWM:\s+(\d+) kB/mu.exec(await readFile('/proc/self/status', 'utf8'))?.[1];
process.stdout.write(`${outcome.kind === 'reply' ? outcome.reply.status : outcome.reason} ${peak}\n`);
