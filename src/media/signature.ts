/** Whether these bytes stand there; each character of the signature is one byte. */
export function starts(bytes: Buffer, signature: string, at = 0): boolean {
  return bytes.toString('latin1', at, at + signature.length) === signature;
}
