import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

import { z } from 'zod';
import { expect, onTestFinished, test } from 'vitest';

import { renderClip } from '../../../src/sandbox/video/clip.ts';
import { tempDirectory } from './temp-directory.ts';

/** Plays the clip without sound control and reports once time has moved past the first loop. */
const PAGE = `<!doctype html><video muted autoplay src="/clip.mp4"></video><script>
  const video = document.querySelector('video');
  const report = (words) => fetch('/report', { method: 'POST', body: JSON.stringify(words) });
  video.onerror = () => report({ error: video.error.message });
  video.ontimeupdate = () => {
    if (video.currentTime < 1.2) return;
    video.ontimeupdate = null;
    const { readyState, videoWidth, videoHeight, duration, currentTime, webkitAudioDecodedByteCount } = video;
    const { totalVideoFrames } = video.getVideoPlaybackQuality();
    report({ readyState, videoWidth, videoHeight, duration, currentTime, totalVideoFrames,
      soundBytes: webkitAudioDecodedByteCount });
  };
</script>`;

const measured = z.object({
  readyState: z.number(),
  videoWidth: z.number(),
  videoHeight: z.number(),
  duration: z.number(),
  currentTime: z.number(),
  totalVideoFrames: z.number(),
  soundBytes: z.number(),
});

test('plays in Chromium, over the seam of the loop, with sound', { timeout: 40_000 }, async () => {
  const clip = await renderClip({ width: 832, height: 480, seconds: 3, sound: true, title: 'a red fox' });
  const told = new EventEmitter<{ report: [unknown]; failure: [Error] }>();
  const report = new Promise<unknown>((resolve, reject) => {
    told.once('report', resolve);
    told.once('failure', reject);
  });
  const server = createServer((request, response) => {
    if (request.url === '/clip.mp4') {
      response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': clip.length }).end(clip);
    } else if (request.url === '/report') {
      response.end();
      void text(request).then((body) => told.emit('report', JSON.parse(body)));
    } else {
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });

  const { port } = z.object({ port: z.number() }).parse(server.address());
  const profile = await tempDirectory();
  const browser = spawn(
    'chromium',
    ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'].concat(
      [
        '--autoplay-policy=no-user-gesture-required',
        `--user-data-dir=${profile}`,
        '--remote-debugging-port=0',
      ],
      `http://127.0.0.1:${port}/`,
    ),
    { stdio: 'ignore' },
  );
  const ended = once(browser, 'exit').catch(() => {});
  browser.once('error', (cause) => {
    told.emit('failure', new Error('chromium was not started: install chromium to run this test', { cause }));
  });
  browser.once('exit', (code) =>
    told.emit('failure', new Error(`chromium ended with ${code} before the clip played`)),
  );
  onTestFinished(async () => {
    browser.kill('SIGKILL');
    await ended;
  });

  const played = measured.parse(await report);
  expect(played).toMatchObject({ readyState: 4, videoWidth: 832, videoHeight: 480 });
  expect(played.duration).toBeCloseTo(3, 1);
  expect(played.currentTime).toBeGreaterThan(1.2);
  expect(played.totalVideoFrames).toBeGreaterThan(10);
  expect(played.soundBytes).toBeGreaterThan(1_000);
});
