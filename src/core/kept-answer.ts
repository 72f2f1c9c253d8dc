import type { HttpReply } from './http.ts';
import type { Job } from './job.ts';
import { oneLine, shorten } from './plain-text.ts';

/** Enough for any error, and for the id of a task that we could not see in it. */
const keptBytes = 4096;

/** What a record keeps of an answer that was not plainly a yes or a no: a person, or a later version, may read more in it. */
export function keptAnswer({ status, headers, text }: HttpReply): NonNullable<Job['answer']> {
  const type = headers['content-type'];
  const words = Buffer.from(oneLine(text)).subarray(0, keptBytes);
  return {
    status,
    type: type === undefined ? null : shorten(type, 100),
    // A letter that the limit cuts in half is left out.
    text: new TextDecoder().decode(words, { stream: true }),
  };
}
