import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A child process that answers each line on its stdin with one line on its stdout. */
export type Child = {
  /** Sends a line, if one is given, and resolves to the next line of the answer. Rejects when the child ends. */
  ask: (line?: string) => Promise<string>;
  /** Kills it with SIGKILL and waits until it is gone. */
  kill: () => Promise<void>;
};

const children = new Set<Child>();

/** Starts a node script, or with `wrapper` a program that starts it. */
export function startChild(
  script: string,
  parameters: readonly string[],
  wrapper: readonly string[] = [],
): Child {
  const [command = '', ...rest] = [...wrapper, process.execPath, script, ...parameters];
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let complaint = '';
  child.stderr.on('data', (data: Buffer) => (complaint += data.toString()));
  child.stdin.on('error', () => {});
  const ended = Promise.race([once(child, 'close'), once(child, 'error')]);
  ended.catch(() => {});
  const handle: Child = {
    async ask(line) {
      if (line !== undefined) child.stdin.write(`${line}\n`);
      const { value, done } = await lines.next();
      if (done !== true) return value;
      await ended;
      throw new Error(`"${[command, ...rest].join(' ')}" ended without an answer. ${complaint}`);
    },
    async kill() {
      children.delete(handle);
      child.kill('SIGKILL');
      await ended;
    },
  };
  children.add(handle);
  return handle;
}

/** Ends all children that a test left. */
export async function killChildren(): Promise<void> {
  await Promise.all([...children].map((child) => child.kill()));
}
