import type { JobDocument } from '../core/documents.ts';
import { UsageError } from '../core/errors.ts';
import { jobSubject, type Subject } from './subject.ts';

// One flag for each field, so that a field added to the document is missed here by the compiler.
const jobFields = {
  id: true,
  provider: true,
  region: true,
  task_id: true,
  request_id: true,
  mode: true,
  model: true,
  status: true,
  submitted_at: true,
  finished_at: true,
  expires_at: true,
  request: true,
  outputs: true,
  usage: true,
  cost: true,
  error: true,
} satisfies Record<keyof JobDocument, true>;

const outputFields = {
  url: true,
  path: true,
  bytes: true,
  sha256: true,
  width: true,
  height: true,
  seconds: true,
  has_audio: true,
} satisfies Record<keyof JobDocument['outputs'][number], true>;

/**
 * A slip in `--print` is found before anything is spent, not by an empty line after it.
 * @throws {UsageError}
 */
export function checkPrint(field: string | undefined, subject: Subject): void {
  if (field === undefined || subject.schema !== jobSubject.schema) return;
  const [first = '', second, third] = field.replace(/^job\./u, '').split('.');
  const isKnown = ['schema', 'ok', 'job'].includes(first) || Object.hasOwn(jobFields, first);
  const isOutput =
    first !== 'outputs' ||
    second === undefined ||
    (/^\d+$/u.test(second) && (third === undefined || Object.hasOwn(outputFields, third)));
  if (isKnown && isOutput) return;
  const place = isKnown ? 'outputs.0.' : '';
  const known = Object.keys(isKnown ? outputFields : jobFields).map((name) => `${place}${name}`);
  throw new UsageError(`--print ${field}: the document has no such field`, {
    hint: `--print ${known.join(' | ')}`,
  });
}
