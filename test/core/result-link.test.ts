import { describe, expect, test } from 'vitest';
import { asResultLink, resolveLink } from '../../src/core/result-link.ts';

const base = 'http://127.0.0.1:8080/api/v1';
const url = (written: unknown) => {
  const link = asResultLink(written)?.link;
  return link === undefined ? undefined : resolveLink(link, base);
};

describe('a link as programs write it', () => {
  test.each<[string, string]>([
    ['https://h/a.mp4?Expires=1&Signature=a%2Bb%3D', 'https://h/a.mp4?Expires=1&Signature=a%2Bb%3D'],
    ['HTTPS://h/a', 'HTTPS://h/a'],
    ['  https://h/a.mp4\t\n', 'https://h/a.mp4'],
    ['\ufeffhttps://h/a.mp4\u200b', 'https://h/a.mp4'],
    ['"https://h/a.mp4"', 'https://h/a.mp4'],
    ['<https://h/a.mp4>', 'https://h/a.mp4'],
    ['https://h/视频/v.mp4', 'https://h/%E8%A7%86%E9%A2%91/v.mp4'],
    ['https://h/my video.mp4', 'https://h/my%20video.mp4'],
    ['https://h/v"x".mp4', 'https://h/v%22x%22.mp4'],
    ['https://h/é.mp4?n=ü', 'https://h/%C3%A9.mp4?n=%C3%BC'],
    ['https://h/\u202e4pm.mp4', 'https://h/%E2%80%AE4pm.mp4'],
    ['https://h/\ud83d.mp4', 'https://h/%EF%BF%BD.mp4'],
    ['https://h/a.mp4?n=[1]{2}|3&p=100%', 'https://h/a.mp4?n=[1]{2}|3&p=100%'],
    ['https://视频.example/a.mp4', 'https://%E8%A7%86%E9%A2%91.example/a.mp4'],
    ['//cdn.example/v.mp4', 'http://cdn.example/v.mp4'],
    ['cdn.example/v', 'http://cdn.example/v'],
    ['127.0.0.1:9/v', 'http://127.0.0.1:9/v'],
    ['/files/v.mp4?a=1', 'http://127.0.0.1:8080/files/v.mp4?a=1'],
    ['./v.mp4', 'http://127.0.0.1:8080/api/v1/v.mp4'],
    ['../v.mp4', 'http://127.0.0.1:8080/api/v.mp4'],
    ['out/v.mp4', 'http://127.0.0.1:8080/api/v1/out/v.mp4'],
  ])('%j leads to %s', (written, expected) => {
    expect(url(written)).toBe(expected);
    const plain = written.replaceAll(/[\t\n]+/gu, ' ').replaceAll('\u202e', '');
    expect(asResultLink(written)?.written, 'as it came, but for controls').toBe(plain);
  });

  test.each<[unknown]>([
    ['soon'],
    ['N/A'],
    ['null'],
    ['-'],
    ['/'],
    ['//'],
    ['not ready yet.'],
    ['ftp://x/y'],
    ['file:///etc/passwd'],
    ['javascript:alert(1)'],
    ['data:video/mp4;base64,AAAA'],
    ['https://'],
    ['https:///v.mp4'],
    ['https://a b/v.mp4'],
    ['https://h/a\nX: y'],
    ['https://h/\u001b[2J'],
    [7],
    [{}],
    [''],
    [`https://h/${'a'.repeat(9000)}`],
  ])('%j is no address', (written) => {
    expect(url(written)).toBeUndefined();
  });

  test.each<[unknown, string]>([
    [['', 'ftp://x', 'https://h/b.mp4'], 'https://h/b.mp4'],
    [[{ type: 'cover' }, { url: 'https://h/c.mp4' }], 'https://h/c.mp4'],
    [{ video_url: 'https://h/d.mp4', url: 'https://h/e.jpg' }, 'https://h/d.mp4'],
  ])('in %j the first that leads anywhere is taken', (value, expected) => {
    expect(url(value)).toBe(expected);
  });
});
