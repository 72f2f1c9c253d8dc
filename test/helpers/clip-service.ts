import { readFile } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import { startFileServer, type FileServer } from './file-server.ts';
import { rudeServer } from './rude-server.ts';
import { environmentFor } from './sandbox.ts';

/** A service whose every task is done at the first look, and whose one video lies on a server of its own. */
export type ClipService = {
  env: Record<string, string>;
  video: Buffer;
  /** Serves the video, as the test tells it to. */
  host: FileServer;
  submits: () => number;
};

/** @param bytes how long the video is: a small clip, made long by a box that players skip */
export async function openClipService(bytes: number): Promise<ClipService> {
  const video = await longVideo(bytes);
  const host = await startFileServer(video);
  onTestFinished(host.close);
  const service = await rudeServer(({ method, url }, number) => {
    if (method === 'POST') {
      return { body: { output: { task_id: `task-${number}`, task_status: 'PENDING' } } };
    }
    const taskId = url.split('/').at(-1);
    const link = `${host.origin}/${taskId}.mp4?Expires=4000000000`;
    return { body: { output: { task_id: taskId, task_status: 'SUCCEEDED', video_url: link } } };
  });
  return {
    env: environmentFor(service.origin),
    video,
    host,
    submits: () => service.requests.filter(({ method }) => method === 'POST').length,
  };
}

async function longVideo(bytes: number): Promise<Buffer> {
  const clip = await readFile(new URL('../fixtures/moov-first.mp4', import.meta.url));
  const filler = Buffer.alloc(bytes - clip.length, 'so that it takes a while ');
  filler.writeUInt32BE(filler.length);
  filler.write('free', 4, 'latin1');
  return Buffer.concat([clip, filler]);
}
