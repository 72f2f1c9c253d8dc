import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bmpFile } from '../media/probe-files.ts';
import { recordsIn } from './records.ts';
import { latencyMs, type Provider, type Size, type World } from './world.ts';

export type Scenario = {
  name: string;
  provider: Provider;
  size: Size;
  /** Of each job there is: no two have the same. */
  prompts: readonly string[];
  /** What happens before, undisturbed. Gives the command line that is struck. */
  begin: (world: World) => Promise<readonly string[]>;
  /** The command line that goes on after the crash. */
  again: readonly string[];
};

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
  one('download', 'dashscope', async (world) => {
    await run(world, [...t2v, '--no-wait']);
    world.pass(latencyMs);
    return ['download', await onlyId(world)];
  }),
  {
    ...one('download-large', 'dashscope', async (world) => {
      await run(world, [...t2v, '--no-wait']);
      world.pass(latencyMs);
      return ['download', await onlyId(world)];
    }),
    size: 'large',
  },
  // The same command again is what a CI does, without knowing that there was a crash.
  {
    ...one('job-key', 'dashscope', async () => [...t2v, '--job-key', 'heron']),
    again: [...t2v, '--job-key', 'heron'],
  },
  {
    // A crash in the middle of cleaning up after three others: one waits, one was never sent, one nobody knows of.
    name: 'resume-several',
    provider: 'dashscope',
    size: 'long',
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
  },
  one('acedata-t2v', 'acedata', async () => t2v),
  one('sinancode-i2v', 'sinancode', async (world) => {
    await putPicture(world);
    return i2v;
  }),
];

function one(name: string, provider: Provider, begin: Scenario['begin']): Scenario {
  return { name, provider, size: 'long', prompts: [prompt], begin, again: resume };
}

/** Large enough to be sent in several pieces. */
async function putPicture(world: World): Promise<void> {
  await writeFile(path.join(world.place.cwd, 'picture.bmp'), bmpFile(400, 400, 24));
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
