import { expect, test } from 'vitest';
import { whyUnreachable } from '../../src/core/reach.ts';

test.each([
  ['http://localhost/a.png', /this machine/u],
  ['https://LOCALHOST./a', /this machine/u],
  ['http://a.localhost/a', /this machine/u],
  ['http://127.0.0.1:8000/a', /this machine/u],
  ['http://127.1/a', /this machine/u],
  ['http://0x7f000001/a', /this machine/u],
  ['http://[::1]/a', /this machine/u],
  ['http://[::ffff:127.0.0.1]/a', /this machine/u],
  ['http://0.0.0.0:3000/a', /no address/u],
  ['http://10.1.2.3/a', /private/u],
  ['http://172.16.0.1/a', /private/u],
  ['http://172.31.255.255/a', /private/u],
  ['http://192.168.178.20/a', /private/u],
  ['http://3232235777/a', /private/u],
  ['http://100.64.0.1/a', /provider/u],
  ['http://100.127.255.254/a', /provider/u],
  ['http://169.254.169.254/latest', /link-local/u],
  ['http://224.0.0.251/a', /no address/u],
  ['http://[fd12:3456::1]/a', /private/u],
  ['http://[fe80::1]/a', /link-local/u],
  ['http://[fec0::1]/a', /private/u],
  ['http://[ff02::1]/a', /no address/u],
  ['http://[::]/a', /no address/u],
  ['http://[::ffff:192.168.0.1]/a', /private/u],
  ['http://[64:ff9b::10.0.0.1]/a', /private/u],
  ['https://nas.local/a', /local network/u],
  ['https://metadata.google.internal/a', /local network/u],
  ['http://host.docker.internal:8080/a', /local network/u],
  ['http://web.svc.cluster.local/a', /local network/u],
  ['https://router.lan/a', /local network/u],
  ['https://pi.home.arpa/a', /local network/u],
  ['http://minio:9000/bucket/a.png', /container/u],
  ['https://webhook/', /container/u],
])('%s: %s', (address, why) => {
  expect(whyUnreachable(address)).toMatch(why);
});

test.each([
  'https://example.com/a.png',
  'https://files.example/a.png',
  'http://8.8.8.8/a',
  'http://172.15.0.1/a',
  'http://172.32.0.1/a',
  'http://100.63.255.255/a',
  'http://100.128.0.1/a',
  'http://192.167.1.1/a',
  'http://[2606:4700::1111]/a',
  'http://[::ffff:8.8.8.8]/a',
  'http://[64:ff9b::8.8.8.8]/a',
  'https://local.example.com/a',
  'https://internal.example.com/a',
  'https://10.0.0.1.nip.io/a',
  'oss://bucket/a.png',
  'file:///home/a.png',
  'data:image/png;base64,AAAA',
])('%s can be reached, as far as its spelling tells', (address) => {
  expect(whyUnreachable(address)).toBeUndefined();
});
