import { beijingDay } from './beijing-time.ts';
import { Refused } from './reply.ts';
import type { Signer } from './signer.ts';
import { endsAt, expiresAt } from './task-timeline.ts';
import type { Task } from './task-store.ts';

const accessKeyId = 'LTAI5tSandboxResult';

/** Matches the path of a result; captures the task's id. */
export const resultPath = /^\/dashscope-result\/1d\/[0-9a-f]{2}\/\d{8}\/[0-9a-f]{8}\/([0-9a-f-]{36})\.mp4$/u;

/**
 * Two ways to write the same signature. Result links must come back in one of them, byte for byte: a client that
 * decodes and re-encodes a link breaks it. AceData's task records and sync replies differ in just this.
 */
export type Encoding = 'strict' | 'slashes';

/** The signed link to a task's result, good until the task expires. Seconds, as `Expires` has no fractions. */
export function resultLink(
  task: Task,
  origin: string,
  signer: Signer,
  encoding: Encoding = 'strict',
): string {
  const path = pathOf(task, signer);
  return `${origin}${path}?${signedQuery(path, Math.floor(expiresAt(task) / 1000), signer, encoding)}`;
}

function pathOf(task: Task, signer: Signer): string {
  const name = signer.fingerprint(task.id);
  const day = beijingDay(endsAt(task)).replaceAll('-', '');
  return `/dashscope-result/1d/${name.slice(0, 2)}/${day}/${name.slice(2, 10)}/${task.id}.mp4`;
}

function signedQuery(path: string, expires: number, signer: Signer, encoding: Encoding): string {
  const encoded = encodeURIComponent(signatureWithSlash(`GET\n\n\n${expires}\n${path}`, signer));
  const signature = encoding === 'strict' ? encoded : encoded.replaceAll('%2F', '/');
  return `Expires=${expires}&OSSAccessKeyId=${accessKeyId}&Signature=${signature}`;
}

/** A signature that holds a `/`, so that every link has the characters that careless clients re-encode. */
function signatureWithSlash(text: string, signer: Signer): string {
  for (let round = 0; ; round += 1) {
    const signature = signer.sign(`${round}\n${text}`);
    if (signature.includes('/')) return signature;
  }
}

/** The encodings in which a task's links are handed out: DashScope's in one, AceData's in both. */
export function encodingsOf(task: Task | undefined): readonly Encoding[] {
  return task?.service === 'acedata' ? ['strict', 'slashes'] : ['strict'];
}

/**
 * Checks a link as it came.
 * @throws {Refused} the object store's refusal: expired, or not as it was signed
 */
export function checkResultLink(
  path: string,
  rawQuery: string,
  now: number,
  signer: Signer,
  encodings: readonly Encoding[],
): void {
  const expires = /(?:^|&)Expires=(\d{1,12})(?:&|$)/u.exec(rawQuery)?.[1];
  if (expires === undefined || !/(?:^|&)Signature=/u.test(rawQuery)) {
    throw new Refused(403, 'AccessDenied', 'This object is private; the link carries no signature.');
  }
  // Expiry comes first, as object stores have it.
  if (now >= Number(expires) * 1000) throw new Refused(403, 'AccessDenied', 'Request has expired.');
  const isSigned = encodings.some(
    (encoding) => rawQuery === signedQuery(path, Number(expires), signer, encoding),
  );
  if (!isSigned) {
    throw new Refused(
      403,
      'SignatureDoesNotMatch',
      'The signature of the request is not the one computed here. Links must be used byte for byte.',
    );
  }
}
