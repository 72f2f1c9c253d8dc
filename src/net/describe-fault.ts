const faults: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ENOTFOUND: 'the host was not found',
  EAI_AGAIN: 'the host could not be looked up',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped coming',
  UND_ERR_SOCKET: 'the connection was closed',
  CERT_HAS_EXPIRED: 'the host’s certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the host’s certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate chain holds a self-signed one (set NODE_EXTRA_CA_CERTS)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the host’s certificate cannot be verified (set NODE_EXTRA_CA_CERTS)',
};

/** A network error in words, with its code. */
export function describeFault(error: unknown): string {
  const chain: unknown[] = [];
  for (let next = error; next !== undefined && chain.length < 5; next = (next as { cause?: unknown }).cause) {
    chain.push(next);
    if (next instanceof AggregateError) chain.push(next.errors[0]);
    if (typeof next !== 'object' || next === null) break;
  }
  const codes = chain.flatMap((link) => {
    const code = (link as { code?: unknown } | undefined)?.code;
    return typeof code === 'string' ? [code] : [];
  });
  const known = codes.find((code) => Object.hasOwn(faults, code));
  if (known !== undefined) return `${faults[known]} (${known})`;
  return error instanceof Error ? error.message : String(error);
}
