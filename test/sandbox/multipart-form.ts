/** The boundary of the forms made here. */
export const boundary = '----f0rm';

/** A form as clients send it: fields, the file, and perhaps fields behind it. */
export function form(
  fields: readonly [string, string][],
  file: Buffer | undefined,
  after: readonly [string, string][] = [],
) {
  const part = ([name, value]: readonly [string, string]) =>
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="k.png"\r\nContent-Type: image/png\r\n\r\n`;
  return Buffer.concat([
    ...fields.map(part),
    ...(file === undefined ? [] : [Buffer.from(head), file, Buffer.from('\r\n')]),
    ...after.map(part),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}
