import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bmpFile } from '../media/probe-files.ts';
import { recordsIn } from './records.ts';
import { latencyMs, noLongerOpenMs, type Kind, type Provider, type World } from './world.ts';

export type Scenario = Kind & {
  name: string;
  /** Of each job there is: no two have the same. */
  prompts: readonly string[];
  /** What happens before, undisturbed. Gives the command line that is struck. */
  begin: (world: World) => Promise<readonly string[]>;
  /** The command line that goes on after the crash. */
  again: readonly string[];
  /** The job is so old that the service's list would show it. */
  isOld: boolean;
};

const plain: Kind = { provider: 'dashscope', size: 'long', hasLinks: true };
const prompt = 'a heron wades';
const t2v = ['t2v', prompt, '-o', 'out.mp4'];
const i2v = ['i2v', prompt, '--image', 'picture.bmp', '-o', 'out.mp4'];
const resume = ['resume', '--all', '--send-prepared'];

export const scenarios: readonly Scenario[] = [
  one('t2v', 'dashscope', async () => t2v),
  one('i2v-upload', 'dashscope', async (world) => {
    await putPicture(world);
    return i2v;
  }),
  one('wait', 'dashscope', async (world) => {
    await run(world, [...t2v, '--no-wait']);
    return ['wait', await onlyId(world)];
  }),
  one('download', 'dashscope', download),
  { ...one('download-large', 'dashscope', download), size: 'large' },
  { ...one('download-no-links', 'dashscope', download), hasLinks: false },
  // Somebody else has a file of that name, so the video gets a number, and must not get another one after a crash.
  one('taken-name', 'dashscope', async (world) => {
    await run(world, ['t2v', prompt, '-o', '{slug}.mp4', '--no-wait']);
    await writeFile(path.join(world.place.cwd, 'a-heron-wades.mp4'), 'of somebody else');
    world.pass(latencyMs);
    return ['download', await onlyId(world)];
  }),
  // The same command again is what a CI does, without knowing that there was a crash.
  {
    ...one('job-key', 'dashscope', async () => [...t2v, '--job-key', 'heron']),
    again: [...t2v, '--job-key', 'heron'],
  },
  {
    // A crash in the middle of cleaning up after three others: one waits, one was never sent, one nobody knows of.
    name: 'resume-several',
    ...plain,
    prompts: ['a fox', 'an owl', 'a hare'],
    begin: async (world) => {
      await putPicture(world);
      await run(world, ['t2v', 'a fox', '-o', 'fox.mp4', '--no-wait']);
      const owl = ['i2v', 'an owl', '--image', 'picture.bmp', '-o', 'owl.mp4'];
      await world.run(owl, { strike: { at: 'before connect', signal: 'SIGKILL' } });
      const hare = ['t2v', 'a hare', '-o', 'hare.mp4'];
      await world.run(hare, { strike: { at: 'after send POST', signal: 'SIGKILL' } });
      return resume;
    },
    again: resume,
    isOld: false,
  },
  {
    // The user's word buys once more, and a crash in the middle of that must not make it twice.
    ...one('resubmit', 'dashscope', async (world) => {
      await world.run(t2v, { strike: { at: 'before send POST', signal: 'SIGKILL' } });
      // The first reading of the list; ten minutes later the second one proves that there is none.
      const id = await onlyId(world);
      await world.run(['resume', id]);
      world.later(noLongerOpenMs);
      return ['resume', id, '--resubmit'];
    }),
    isOld: true,
  },
  // A crash while a task is found and taken: it must belong to the job, and to no other, whenever that is.
  one('resume-lost', 'dashscope', async (world) => {
    await world.run(t2v, { strike: { at: 'after send POST', signal: 'SIGKILL' } });
    return resume;
  }),
  one('acedata-t2v', 'acedata', async () => t2v),
  one('sinancode-i2v', 'sinancode', async (world) => {
    await putPicture(world);
    return i2v;
  }),
];

function one(name: string, provider: Provider, begin: Scenario['begin']): Scenario {
  return { ...plain, name, provider, prompts: [prompt], begin, again: resume, isOld: false };
}

/** Large enough to be sent in several pieces. */
async function putPicture(world: World): Promise<void> {
  await writeFile(path.join(world.place.cwd, 'picture.bmp'), bmpFile(400, 400, 24));
}

/** A task that is finished before anybody asks. */
async function download(world: World): Promise<readonly string[]> {
  await run(world, [...t2v, '--no-wait']);
  world.pass(latencyMs);
  return ['download', await onlyId(world)];
}

async function onlyId(world: World): Promise<string> {
  const [record] = await recordsIn(world);
  if (record === undefined) throw new Error('there is no record');
  return record.id;
}

/** A command that nothing happens to. */
async function run(world: World, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await world.run(args);
  if (exitCode !== 0) throw new Error(`wan ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
}
