/** A form that is not as its boundary promises. */
export class MalformedForm extends Error {}

/** One field of a form; its body must be read before the next part is asked for. */
export type FormPart = { name: string; filename: string | undefined; body: AsyncGenerator<Buffer> };

const maxHeaderBytes = 16 * 1024;

/** The boundary of a `multipart/form-data` content type, or undefined where it is none. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const match = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/iu.exec(
    contentType ?? '',
  );
  return match?.[1] ?? match?.[2];
}

/**
 * Reads a form part by part (RFC 7578) without holding a file in memory.
 * @throws {MalformedForm} when it ends too soon or is not a form
 */
export async function* readForm(source: AsyncIterable<Buffer>, boundary: string): AsyncGenerator<FormPart> {
  const reader = new DelimitedReader(source);
  const delimiter = Buffer.from(`--${boundary}`);
  await reader.skipPast(delimiter);
  for (;;) {
    const line = await collect(reader.until(Buffer.from('\r\n')), maxHeaderBytes);
    // Two hyphens right after the boundary end the form.
    if (line.toString('latin1').startsWith('--')) return;
    const head = (await collect(reader.until(Buffer.from('\r\n\r\n')), maxHeaderBytes)).toString('utf8');
    const disposition = /^content-disposition:\s*form-data\s*;(.*)$/imu.exec(head)?.[1] ?? '';
    const name = parameter(disposition, 'name');
    if (name === undefined) throw new MalformedForm('a part of the form has no name');
    const body = reader.until(Buffer.concat([Buffer.from('\r\n'), delimiter]));
    yield { name, filename: parameter(disposition, 'filename'), body };
    for await (const rest of body) void rest;
  }
}

function parameter(disposition: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|;)\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'iu').exec(
    disposition,
  );
  return match?.[1] ?? match?.[2];
}

/** Everything of a small part. @throws {MalformedForm} when it is longer than allowed */
export async function collect(chunks: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxBytes) throw new MalformedForm('a part of the form is too long');
    kept.push(chunk);
  }
  return Buffer.concat(kept);
}

/** Cuts a stream at delimiters that may fall across its chunks. */
class DelimitedReader {
  readonly #source: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** What stands before the next delimiter, which is taken too. @throws {MalformedForm} when none comes */
  async *until(delimiter: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const index = this.#buffer.indexOf(delimiter);
      if (index !== -1) {
        const part = this.#buffer.subarray(0, index);
        this.#buffer = this.#buffer.subarray(index + delimiter.length);
        if (part.length > 0) yield part;
        return;
      }
      // The end of what is here may be the beginning of a delimiter.
      const safe = this.#buffer.length - delimiter.length + 1;
      if (safe > 0) {
        const part = this.#buffer.subarray(0, safe);
        this.#buffer = this.#buffer.subarray(safe);
        yield part;
      }
      await this.#fill();
    }
  }

  async skipPast(delimiter: Buffer): Promise<void> {
    for await (const preamble of this.until(delimiter)) void preamble;
  }

  async #fill(): Promise<void> {
    const next = this.#ended ? undefined : await this.#source.next();
    if (next === undefined || next.done === true) {
      this.#ended = true;
      throw new MalformedForm('the form ends in the middle');
    }
    this.#buffer = this.#buffer.length === 0 ? next.value : Buffer.concat([this.#buffer, next.value]);
  }
}
