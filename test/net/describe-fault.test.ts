import { expect, test } from 'vitest';
import { describeFault } from '../../src/net/describe-fault.ts';

const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code });

test.each([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'CRL_HAS_EXPIRED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  'ERR_SSL_CERTIFICATE_VERIFY_FAILED',
])('%s comes with the way to trust a certificate', (code) => {
  const text = describeFault(new Error('fetch failed', { cause: coded(code) }));
  expect(text).toMatch(/certificate.*NODE_EXTRA_CA_CERTS/u);
  expect(text).toContain(`(${code})`);
});

test.each([
  [coded('ERR_SSL_WRONG_VERSION_NUMBER'), /no TLS.*proxy.*http:\/\/.*\(ERR_SSL_WRONG/u],
  [
    coded(
      'ERR_INVALID_ARG_VALUE',
      'Setting the TLS ServerName to an IP address is not permitted.. Received 1.2.3.4',
    ),
    /proxy by its name.*http:\/\//u,
  ],
  [coded('ERR_SSL_PACKET_LENGTH_TOO_LONG'), /no TLS.*proxy/u],
  [coded('EPROTO', 'write EPROTO 1:error:SSL routines:wrong version number:'), /no TLS.*proxy/u],
  [
    new Error('Proxy response (407) !== 200 when HTTP Tunneling'),
    /proxy wants a user name.*407.*http:\/\/user/u,
  ],
  [new Error('Proxy response (403) !== 200 when HTTP Tunneling'), /proxy lets nobody through.*403/u],
  [new Error('Proxy response (502) !== 200 when HTTP Tunneling'), /proxy.*502/u],
  [coded('UND_ERR_SOCKS5_AUTH_FAILED', 'Authentication failed'), /proxy refuses.*socks5:\/\//u],
  [coded('UND_ERR_RES_CONTENT_LENGTH_MISMATCH'), /^the answer broke off \(UND_ERR_RES_/u],
  [new AggregateError([coded('ECONNREFUSED')]), /refused \(ECONNREFUSED\)/u],
  [coded('constructor', 'as it is'), /^as it is$/u],
])('%o in words', (error, words) => {
  expect(describeFault(error)).toMatch(words);
});
