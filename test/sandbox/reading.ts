import { at } from '../../src/core/untrusted.ts';
import type { Answer } from './harness.ts';

/** The text at a path of a JSON reply; a reply without it fails the test that asked. */
export function textAt(answer: Answer, ...path: (string | number)[]): string {
  const value = at(answer.json, ...path);
  if (typeof value !== 'string')
    throw new Error(`no text at ${path.join('.')} of ${answer.text.slice(0, 500)}`);
  return value;
}

export function taskIdOf(answer: Answer): string {
  return textAt(answer, 'output', 'task_id');
}

/** The code of an object store's XML error. */
export function xmlCode(answer: Answer): string | undefined {
  return /<Code>(.*?)<\/Code>/u.exec(answer.text)?.[1];
}
