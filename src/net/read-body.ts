import type { Dispatcher } from 'undici';
import { decodeBody } from './decode-body.ts';

/** What came of a body, as text. `trouble` says why it is not all of it. */
export type BodyText = { text: string; trouble?: string };

/** Replies of task APIs are a few kilobytes; more than this is nothing that we asked for. */
const maxReplyBytes = 4 * 1024 * 1024;

/**
 * Reads a body to its end, to its limit, or to where the connection broke: a status and half an answer still tell
 * more than nothing. Never throws.
 */
export async function readBody(
  body: Dispatcher.ResponseData['body'],
  headers: { encoding: string; type: string },
  describe: (error: unknown) => string,
): Promise<BodyText> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let trouble: string | undefined;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      const room = maxReplyBytes - bytes;
      chunks.push(chunk.subarray(0, room));
      bytes += chunk.length;
      if (chunk.length > room) {
        trouble = 'the answer is larger than 4 MiB';
        break;
      }
    }
  } catch (error) {
    trouble = `the answer broke off: ${describe(error)}`;
  }
  const decoded = decodeBody(Buffer.concat(chunks), headers, maxReplyBytes);
  const why = decoded.trouble ?? trouble;
  return { text: decoded.text, ...(why === undefined ? {} : { trouble: why }) };
}
