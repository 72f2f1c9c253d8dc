import { Agent } from 'undici';
import { describe, expect, test } from 'vitest';
import { NotSavedError } from '../../src/core/errors.ts';
import { guardLookup } from '../../src/net/link-policy.ts';
import type { DownloadOptions } from '../../src/net/transfer.ts';
import { failureOf, sha256, signedPath, useDownloads, video } from '../helpers/download-world.ts';
import { startFileServer } from '../helpers/file-server.ts';

const world = useDownloads();

const hop = (location: string) => ({ status: 302, headers: { location } });

describe('redirects', () => {
  test('are followed byte for byte, five at most', async () => {
    world.server.behave(
      hop(`${world.server.origin}/1%2f?a=%3D`),
      hop('/2%2F+?b=%3d'),
      hop('3%2F?c=%2f'),
      hop('?d=+'),
      hop(`//127.0.0.1:${world.server.port}/5`),
      {},
    );
    expect(await world.download()).toMatchObject({ sha256 });
    expect(world.server.requests.map(({ path }) => path)).toEqual([
      signedPath,
      '/1%2f?a=%3D',
      '/2%2F+?b=%3d',
      '/3%2F?c=%2f',
      '/3%2F?d=+',
      '/5',
    ]);
  });

  test('in a circle end', async () => {
    world.server.behave({ status: 302, headers: { location: '/round' } });
    expect((await failureOf(world.download())).message).toMatch(/redirects more than 5 times/u);
    expect(world.server.requests).toHaveLength(6);
  });

  test('to a private host are refused before anything is sent there', async () => {
    const inner = await startFileServer(video);
    // A public name, as far as anybody can tell from outside.
    const outside = new Agent({
      connect: {
        lookup: (_name, options, callback) =>
          options.all === true
            ? callback(null, [{ address: '127.0.0.1', family: 4 }])
            : callback(null, '127.0.0.1', 4),
      },
    });
    world.server.behave({ status: 302, headers: { location: `${inner.origin}/secret` } });
    const link = `http://result.example:${world.server.port}/a.mp4?Signature=1`;
    const error = await failureOf(world.download({ link, allowPrivate: false, dispatcher: () => outside }));
    expect(error.message).toContain(`private address, 127.0.0.1: ${inner.origin}/secret`);
    expect(world.server.requests).toHaveLength(1);
    expect(inner.requests).toHaveLength(0);
    await outside.destroy();
    await inner.close();
  });
});

describe('private addresses', () => {
  test.each(['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', 'localhost'])(
    '%s is refused',
    async (host) => {
      const link = `http://${host}:${world.server.port}/a.mp4`;
      expect((await failureOf(world.download({ link, allowPrivate: false }))).message).toMatch(
        /private address/u,
      );
      expect(world.server.requests).toHaveLength(0);
    },
  );

  test('a name that resolves to one is refused when connecting', async () => {
    const lookup = guardLookup((_name, _options, callback) =>
      callback(null, [{ address: '127.0.0.1', family: 4 }]),
    );
    const guarded = new Agent({ connect: { lookup } });
    const link = `http://result.example:${world.server.port}/a.mp4?Signature=1`;
    const error = await failureOf(world.download({ link, allowPrivate: false, dispatcher: () => guarded }));
    expect(error.message).toBe(
      `result.example is a private address, 127.0.0.1: http://result.example:${world.server.port}/a.mp4`,
    );
    expect(world.server.requests).toHaveLength(0);
    await guarded.destroy();
  });

  test('the dispatcher is told to guard names exactly where private ones are not allowed', async () => {
    const lookups: unknown[] = [];
    const dispatcher: DownloadOptions['dispatcher'] = (_url, lookup) => {
      lookups.push(typeof lookup);
      throw new NotSavedError('enough');
    };
    await failureOf(world.download({ link: 'https://a.example/', allowPrivate: false, dispatcher }));
    await failureOf(world.download({ dispatcher }));
    expect(lookups).toEqual(['function', 'undefined']);
  });
});
