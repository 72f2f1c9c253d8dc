import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { z } from 'zod';

const answer = z.object({
  streams: z.array(
    z.object({
      codec_name: z.string(),
      profile: z.string().optional(),
      width: z.number().optional(),
      height: z.number().optional(),
      avg_frame_rate: z.string(),
      duration: z.coerce.number(),
      nb_read_frames: z.coerce.number(),
    }),
  ),
  format: z.object({ duration: z.coerce.number(), tags: z.record(z.string(), z.string()) }),
});

/** Decodes the whole file with ffprobe; `complaints` is what it wrote about errors. */
export async function ffprobe(path: string): Promise<z.infer<typeof answer> & { complaints: string }> {
  const flags = ['-v', 'error', '-count_frames', '-show_streams', '-show_format', '-of', 'json', path];
  const { stdout, stderr } = await promisify(execFile)('ffprobe', flags).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new Error('ffprobe was not found: install ffmpeg to run this test', { cause: error });
  });
  return { ...answer.parse(JSON.parse(stdout)), complaints: stderr };
}
