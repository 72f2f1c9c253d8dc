import { createInterface } from 'node:readline';
import { createFileExclusive, writeFileAtomic } from '../../src/store/atomic-file.ts';

// What atomic-file.test.ts starts: writes files on command. Parameters: the file, and a letter to fill it with.

const [file = '', letter = ''] = process.argv.slice(2);

const commands: Record<string, () => Promise<string>> = {
  async writeForEver() {
    for (let round = 0; ; round += 1) {
      process.stdout.write('writing\n');
      await writeFileAtomic(file, (round % 2 === 0 ? 'b' : 'c').repeat(1_000_000));
    }
  },
  async writeOnce() {
    return attempt(() => writeFileAtomic(file, letter.repeat(1_000_000)));
  },
  async create() {
    return attempt(() => createFileExclusive(file, letter.repeat(1_000_000)));
  },
};

async function attempt(task: () => Promise<void>): Promise<string> {
  try {
    await task();
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${(await commands[line]?.()) ?? 'unknown command'}\n`);
}
