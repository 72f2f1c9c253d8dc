const caHint = 'behind a network that looks into TLS, set NODE_EXTRA_CA_CERTS to its certificate';

/** Node's codes for certificates, as OpenSSL names them. */
const certificateFaults: Record<string, string> = {
  CERT_HAS_EXPIRED: 'the host’s certificate has expired',
  CERT_NOT_YET_VALID: 'the host’s certificate is not valid yet',
  CERT_REVOKED: 'the host’s certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the host’s certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate chain holds a self-signed one',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
  HOSTNAME_MISMATCH: 'the certificate is for another host',
};
const certificateCodes =
  /^(?:CERT_|UNABLE_TO_(?:GET|DECODE|DECRYPT|VERIFY)_|CRL_|ERROR_IN_(?:CERT|CRL)_|ERR_TLS_CERT_|ERR_SSL_.*CERTIFICATE|ERR_SSL_.*UNKNOWN_CA$|(?:INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH)$)/u;

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
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer broke off',
};

/** What OpenSSL makes of an answer that is no TLS at all. */
const plainCodes =
  /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE|HTTP_REQUEST|HTTPS_PROXY_REQUEST|UNKNOWN_PROTOCOL)$/u;
const plainHint =
  'a proxy is spoken to in plain HTTP: its variable begins with http://; without one, see --base-url';

/** A network error in words, with its code. */
export function describeFault(error: unknown): string {
  const chain = chainOf(error);
  const codes = chain.flatMap((link) => {
    const code = (link as { code?: unknown } | undefined)?.code;
    return typeof code === 'string' ? [code] : [];
  });
  for (const code of codes) {
    const words = wordsFor(code);
    if (words !== undefined) return `${words} (${code})`;
  }
  const messages = chain.flatMap((link) => (link instanceof Error ? [link.message] : []));
  for (const message of messages) {
    const words = wordsOfMessage(message);
    if (words !== undefined) return words;
  }
  return error instanceof Error ? error.message : String(error);
}

function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let next = error; next !== undefined && chain.length < 5; next = (next as { cause?: unknown }).cause) {
    chain.push(next);
    if (next instanceof AggregateError) chain.push(next.errors[0]);
    if (typeof next !== 'object' || next === null) break;
  }
  return chain;
}

function wordsFor(code: string): string | undefined {
  if (Object.hasOwn(faults, code)) return faults[code];
  if (certificateCodes.test(code)) {
    const known = Object.hasOwn(certificateFaults, code) ? certificateFaults[code] : undefined;
    return `${known ?? 'the host’s certificate cannot be verified'}; ${caHint}`;
  }
  if (code.startsWith('UND_ERR_SOCKS5_AUTH_')) {
    return 'the proxy refuses the user name and the password: socks5://user:password@host:port in its variable';
  }
  return plainCodes.test(code) ? `what answered speaks no TLS; ${plainHint}` : undefined;
}

/** Failures that have no code of their own. */
function wordsOfMessage(message: string): string | undefined {
  if (/wrong version number/iu.test(message)) return `what answered speaks no TLS; ${plainHint}`;
  // Node 26 and later, of a proxy at https://<number>.
  if (/ServerName to an IP address is not permitted/iu.test(message)) {
    return `this Node reaches a TLS proxy by its name only, not by a number; ${plainHint}`;
  }
  const status = /^Proxy response \((\d+)\)/u.exec(message)?.[1];
  if (status === '407' || /Proxy Authentication Required/iu.test(message)) {
    return 'the proxy wants a user name and a password (407): http://user:password@host:port in its variable';
  }
  if (status !== undefined) return `the proxy lets nobody through to there (${status})`;
  return undefined;
}
