import { FormDataEncoder, type FileLike, type FormDataLike } from 'form-data-encoder';
import type { Dispatcher } from 'undici';
import type { AssetSource } from '../core/asset.ts';
import { WanError } from '../core/errors.ts';
import type { SendOutcome } from '../core/http.ts';
import { exchange } from './exchange.ts';
import { freeBuffers } from './free-buffers.ts';
import { StallWatch } from './stall-watch.ts';

/** A multipart form: texts first, the file last, as object stores want it. */
export type Form = {
  fields: readonly (readonly [name: string, value: string])[];
  file: {
    field: string;
    /** The name the other side is told. ASCII. */
    name: string;
    mimeType: string;
    bytes: number;
    open: () => Promise<AssetSource>;
  };
};

export type PostFormOptions = {
  dispatcher: Dispatcher;
  headers: Record<string, string>;
  signal: AbortSignal;
  /** Milliseconds without progress, or without an answer to the whole form, that end the attempt. */
  stallMs: number;
  /** Bytes of the file that have been handed to the system. */
  onProgress: (sentBytes: number) => void;
};

/** Bytes between two reports of progress. */
const progressBytes = 256 * 1024;
/** Bytes after which what was sent is let go of. */
const freeEveryBytes = 8 * 1024 * 1024;

/**
 * Posts a form in one attempt: exact Content-Length, never chunked, no redirect followed, a few pieces of the file in
 * memory at a time. A success that comes before the whole form has left counts as a lost answer.
 * @throws {WanError} of the source, when the file cannot be sent as it was looked at: then the form did not arrive
 * whole. When `signal` aborts after the first byte, its reason
 */
export async function postForm(url: URL, form: Form, options: PostFormOptions): Promise<SendOutcome> {
  options.signal.throwIfAborted();
  const source = await form.file.open();
  const watch = new StallWatch(options.stallMs);
  const parts = new FormDataEncoder(formData(form, source));
  let fault: WanError | undefined;
  let isWhole = false;
  const body = async function* () {
    let encoded = 0;
    let told = 0;
    let freed = 0;
    const around = Number(parts.contentLength) - form.file.bytes;
    try {
      for await (const part of pieces(parts, source)) {
        // Answered meanwhile: the source is closed, and nobody takes more.
        if (watch.isOver) return;
        watch.wait();
        yield part;
        encoded += part.length;
        if (encoded - freed >= freeEveryBytes) {
          freeBuffers();
          freed = encoded;
        }
        const sent = Math.min(Math.max(0, encoded - around), form.file.bytes);
        if (sent - told >= progressBytes) options.onProgress((told = sent));
      }
    } catch (error) {
      // Only the source throws these. A broken connection comes by here too; that is the exchange's to tell.
      if (error instanceof WanError) fault = error;
      throw error;
    }
    if (watch.isOver) return;
    isWhole = true;
    options.onProgress(form.file.bytes);
    watch.wait();
  };
  try {
    watch.wait();
    const outcome = await exchange({
      method: 'POST',
      url,
      // Not a stream: its machinery doubles what each piece leaves behind as garbage.
      payload: body(),
      dispatcher: options.dispatcher,
      headers: {
        ...options.headers,
        'content-type': parts.contentType,
        'content-length': String(parts.contentLength),
      },
      isOver: watch.signal,
      whyOver: () => `no progress for ${Math.round(options.stallMs / 1000)} s`,
      signal: options.signal,
    });
    if (fault !== undefined) throw fault;
    return withoutDoubtfulSuccess(outcome, isWhole);
  } finally {
    watch.stop();
    await source.close();
  }
}

/**
 * Nobody has taken a file whose last piece, held back until the file has proved to be the same, never left. And half
 * an answer is asked for again: an upload costs nothing.
 */
function withoutDoubtfulSuccess(outcome: SendOutcome, isWhole: boolean): SendOutcome {
  if (outcome.kind !== 'reply' || outcome.reply.status < 200 || outcome.reply.status >= 300) return outcome;
  if (!isWhole) return { kind: 'lost', reason: 'it was answered before it had been sent whole' };
  const { trouble } = outcome.reply;
  return trouble === undefined ? outcome : { kind: 'lost', reason: trouble };
}

/** The file's pieces pass as they are: the encoder would cut those above 64 KiB, and cuts slices of memory wrongly. */
async function* pieces(parts: FormDataEncoder, source: AssetSource): AsyncGenerator<Uint8Array> {
  for (const part of parts.values()) {
    if (part instanceof Uint8Array) yield part;
    else yield* source.chunks();
  }
}

/** A form as the encoder wants to see it; Node's own would need the file as a Blob. */
function formData({ fields, file }: Form, source: AssetSource): FormDataLike {
  const content: FileLike = {
    name: file.name,
    type: file.mimeType,
    size: file.bytes,
    lastModified: 0,
    stream: () => source.chunks(),
    [Symbol.toStringTag]: 'File',
  };
  const entries: [string, string | FileLike][] = [
    ...fields.map(([name, value]): [string, string] => [name, value]),
    [file.field, content],
  ];
  const all = () => entries[Symbol.iterator]();
  return {
    append: () => {},
    getAll: (name) => entries.filter(([own]) => own === name).map(([, value]) => value),
    entries: all,
    [Symbol.iterator]: all,
    [Symbol.toStringTag]: 'FormData',
  };
}
