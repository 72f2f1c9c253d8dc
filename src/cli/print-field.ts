import type { JobDocument } from '../core/documents.ts';
import { UsageError } from '../core/errors.ts';
import { at } from '../core/untrusted.ts';
import { dryRunSubject, jobsSubject, jobSubject, type Subject } from './subject.ts';

/** What a document can hold at a place: a value, anything at all, a list of the like, or named fields. */
type Shape = 'value' | 'anything' | readonly [Shape] | { readonly [name: string]: Shape };

/** One entry for each field, so that a field added to the document is missed here by the compiler. */
type Described<Document> = { readonly [Name in keyof Document]: Shape };
type Request = JobDocument['request'] & {};
type Usage = JobDocument['usage'] & {};
type Failure = JobDocument['error'] & {};

const error = {
  class: 'value',
  code: 'value',
  message: 'value',
  hint: 'value',
  retryable: 'value',
  exit_code: 'value',
  request_id: 'value',
} satisfies Described<Failure>;

const cost = { amount: 'value', currency: 'value' } as const;

const request = {
  function: 'value',
  prompt: 'value',
  negative_prompt: 'value',
  image: 'value',
  last_frame: 'value',
  video: 'value',
  last_clip: 'value',
  mask_image: 'value',
  mask_video: 'value',
  ref: ['value'],
  audio_url: 'value',
  size: 'value',
  resolution: 'value',
  ratio: 'value',
  duration: 'value',
  audio: 'value',
  shot_type: 'value',
  prompt_extend: 'value',
  watermark: 'value',
  seed: 'value',
  callback_url: 'value',
  extras: 'anything',
  params: 'anything',
} satisfies Described<Request>;

const output = {
  url: 'value',
  path: 'value',
  bytes: 'value',
  sha256: 'value',
  width: 'value',
  height: 'value',
  seconds: 'value',
  has_audio: 'value',
} satisfies Described<JobDocument['outputs'][number]>;

const job = {
  id: 'value',
  provider: 'value',
  region: 'value',
  task_id: 'value',
  request_id: 'value',
  mode: 'value',
  model: 'value',
  status: 'value',
  submitted_at: 'value',
  finished_at: 'value',
  expires_at: 'value',
  request,
  outputs: [output],
  usage: {
    billed_seconds: 'value',
    input_seconds: 'value',
    output_seconds: 'value',
    raw: 'anything',
  } satisfies Described<Usage>,
  cost,
  error,
} satisfies Described<JobDocument>;

const totals = { billed_seconds: 'value', cost } as const;

const dryRun = {
  method: 'value',
  url: 'value',
  headers: 'anything',
  body: 'anything',
  provider: 'value',
  region: 'value',
  model: 'value',
  billed_seconds: 'value',
  billed_is_at_most: 'value',
  billed: 'value',
  count: 'value',
  totals,
  uploads: ['anything'],
  warnings: ['value'],
} as const;

const upload = {
  url: 'value',
  expires_at: 'value',
  provider: 'value',
  model: 'value',
  path: 'value',
  kind: 'value',
  bytes: 'value',
  sha256: 'value',
  is_cached: 'value',
} as const;

/** The documents that follow something paid, or sent; others cost nothing, and are looked at when they are there. */
const shapes: Readonly<Record<string, { noun: Shape; others?: Readonly<Record<string, Shape>> }>> = {
  [jobSubject.schema]: { noun: job },
  [jobsSubject.schema]: { noun: [job], others: { count: 'value', totals } },
  [dryRunSubject.schema]: { noun: dryRun },
  'wan.upload/1': { noun: upload },
};

/**
 * A slip in `--print` is found before anything is spent, not by an empty line after it.
 * @throws {UsageError}
 */
export function checkPrint(field: string | undefined, subject: Subject): void {
  const known = shapes[subject.schema];
  if (field === undefined || known === undefined) return;
  const { noun, others } = known;
  const document = { schema: 'value', ok: 'value', [subject.noun]: noun, ...others, error } satisfies Shape;
  const keys = field.split('.');
  const tries = [document, noun, ...(Array.isArray(noun) ? [noun[0]] : [])].map((shape) =>
    follow(keys, shape),
  );
  if (tries.some(({ rest }) => rest === undefined)) return;
  // What comes furthest tells best what was meant.
  const [furthest] = tries.toSorted((a, b) => (a.rest?.length ?? 0) - (b.rest?.length ?? 0));
  const isLost = furthest === undefined || furthest.rest?.length === keys.length;
  const path = isLost ? [] : keys.slice(0, keys.length - (furthest.rest?.length ?? 0));
  const legal = legalAt(isLost ? (Array.isArray(noun) ? noun[0] : noun) : furthest.shape);
  const before = path.length === 0 ? '' : `${path.join('.')}.`;
  throw noSuchField(
    field,
    legal.length === 0
      ? `--print ${path.join('.')}`
      : `--print ${legal.map((name) => before + name).join(' | ')}`,
  );
}

function noSuchField(field: string, hint: string): UsageError {
  return new UsageError(`--print ${field}: the document has no such field`, { hint });
}

/** As far as the keys lead; `rest` are those that lead nowhere. */
function follow(keys: readonly string[], shape: Shape | undefined): { shape: Shape; rest?: string[] } {
  let here: Shape = shape ?? 'value';
  for (const [index, key] of keys.entries()) {
    if (here === 'anything') return { shape: here };
    const next: Shape | undefined =
      here === 'value'
        ? undefined
        : isList(here)
          ? /^\d+$/u.test(key)
            ? here[0]
            : undefined
          : Object.hasOwn(here, key)
            ? here[key]
            : undefined;
    if (next === undefined) return { shape: here, rest: keys.slice(index) };
    here = next;
  }
  return { shape: here };
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function legalAt(shape: Shape | undefined): string[] {
  if (shape === undefined || typeof shape === 'string') return [];
  return isList(shape) ? legalAt(shape[0]).map((name) => `0.${name}`) : Object.keys(shape);
}

/**
 * The lines of one field: `outputs.0.path`, or `job.outputs.0.path` in full. A field of the jobs, where there are
 * several, has a line for each.
 * @throws {UsageError} where a document that could not be checked before has no such field
 */
export function printedValues(document: object, field: string, subject: Subject): unknown[] {
  const path = field.split('.').map((key) => (/^\d+$/u.test(key) ? Number(key) : key));
  const list = at(document, subject.noun);
  const ofEach = subject.schema === jobsSubject.schema && Object.hasOwn(job, String(path[0]));
  const found = at(document, ...path) ?? at(document, subject.noun, ...path);
  if (Array.isArray(list) && (ofEach || (found === undefined && typeof path[0] === 'string'))) {
    const values = list.map((item) => at(item, ...path));
    if (ofEach || values.some((value) => value !== undefined)) return values;
  }
  const isNull = [[], [subject.noun]].some((start) => at(document, ...start, ...path) === null);
  if (found === undefined && !isNull && shapes[subject.schema] === undefined) {
    throw noSuchField(field, 'print the whole with --json');
  }
  return [found ?? null];
}
