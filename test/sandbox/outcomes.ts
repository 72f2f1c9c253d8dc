import { at } from '../../src/core/untrusted.ts';
import { imagePath, latencyMs, query, submit, videoPath, type Harness } from './harness.ts';
import { taskIdOf, textAt } from './reading.ts';

/** What came of a DashScope request: its failure's code, or its usage and the clip that was made. */
export async function outcomeOf(
  sandbox: Harness,
  body: { model: string; input: object; parameters?: object },
): Promise<{ code: string } | { usage: unknown; clip: unknown }> {
  const path = /kf2v|animate|s2v|retalk/u.test(body.model) ? imagePath : videoPath;
  const id = taskIdOf(await submit(sandbox, { parameters: {}, ...body }, { path }));
  sandbox.pass(latencyMs);
  const answer = await query(sandbox, id);
  if (textAt(answer, 'output', 'task_status') === 'FAILED') return { code: textAt(answer, 'output', 'code') };
  const place = /animate/u.test(body.model) ? ['output', 'results', 'video_url'] : ['output', 'video_url'];
  await sandbox.call(textAt(answer, ...place));
  return { usage: at(answer.json, 'usage'), clip: sandbox.clips.at(-1) };
}
