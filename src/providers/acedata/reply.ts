import * as z from 'zod';
import { anything, object, readLoosely, resultLink, text, writtenLink } from '../../core/loose.ts';
import type { Refusal } from '../../core/refusal.ts';
import { asText } from '../../core/untrusted.ts';

// What AceData answers with, and puts into its records' `response`.

const level = {
  video_url: writtenLink,
  video_urls: resultLink,
  url: writtenLink,
  state: text,
  status: text,
  usage: anything,
};
const levelObject = z.object(level);
/** One result, or the reply around them. */
export type Level = z.output<typeof levelObject>;

export const result = object({
  ...level,
  success: anything,
  error: anything,
  detail: text,
  trace_id: text,
  // Results of 3.0 are nested, once or as a list; those of 2.6 are flat.
  data: z
    .union([z.array(levelObject.catch({})), levelObject.transform((only) => [only])])
    .optional()
    .catch(undefined),
});
export type Result = NonNullable<z.output<typeof result>>;

export function refusalOf(reply: Result | undefined): Refusal | undefined {
  const error = readLoosely(z.object({ code: text, message: text }), reply?.error);
  const message = error?.message ?? asText(reply?.error) ?? reply?.detail;
  if (error?.code === undefined && message === undefined) return undefined;
  return { code: error?.code, message: message ?? error?.code ?? '', requestId: reply?.trace_id };
}
