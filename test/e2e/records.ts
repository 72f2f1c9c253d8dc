import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { listFiles, type Place } from '../helpers/run-wan.ts';

const text = z.string().nullable();
const number = z.number().nullable();

// Strict: every key that the contract names is there, and no other.
const errorSchema = z.strictObject({
  class: z.string(),
  code: text,
  message: z.string().min(1),
  hint: text,
  retryable: z.boolean(),
  exit_code: z.int(),
  request_id: text,
});

const outputSchema = z.strictObject({
  url: z.string(),
  path: text,
  bytes: number,
  sha256: text,
  width: number,
  height: number,
  seconds: number,
  has_audio: z.boolean().nullable(),
});

const time = z.iso.datetime({ offset: true }).nullable();

const jobSchema = z.strictObject({
  id: text,
  provider: z.string(),
  region: text,
  task_id: text,
  request_id: text,
  mode: text,
  model: text,
  status: z.enum([
    'prepared',
    'submitting',
    'unconfirmed',
    'queued',
    'running',
    'succeeded',
    'failed',
    'canceled',
    'expired',
  ]),
  submitted_at: time,
  finished_at: time,
  expires_at: time,
  request: z.looseObject({ prompt: text }).nullable(),
  outputs: z.array(outputSchema),
  usage: z
    .strictObject({
      billed_seconds: number,
      input_seconds: number,
      output_seconds: number,
      raw: z.unknown(),
    })
    .nullable(),
  cost: z.null(),
  error: errorSchema.nullable(),
});

const documentSchema = z.strictObject({
  schema: z.literal('wan.job/1'),
  ok: z.boolean(),
  job: jobSchema.nullable(),
  error: errorSchema.nullable(),
});

const jobsSchema = z.strictObject({
  schema: z.literal('wan.jobs/1'),
  ok: z.boolean(),
  jobs: z.array(jobSchema),
  count: z.number(),
  totals: z.strictObject({ billed_seconds: z.number().nullable(), cost: z.null() }),
  error: errorSchema.nullable(),
});

export type JobDocument = z.infer<typeof documentSchema>;

/** The one document that `--json` printed, with every documented key. */
export function readDocument(stdout: string): JobDocument {
  return documentSchema.parse(oneLine(stdout));
}

/** The same for commands about several jobs. */
export function readJobs(stdout: string): z.infer<typeof jobsSchema> {
  return jobsSchema.parse(oneLine(stdout));
}

/** A document that must hold a job. */
export function readJob(stdout: string): NonNullable<JobDocument['job']> {
  const { job } = readDocument(stdout);
  if (job === null) throw new Error(`no job in ${stdout}`);
  return job;
}

function oneLine(stdout: string): unknown {
  const lines = stdout.split('\n');
  if (lines.length !== 2 || lines[1] !== '') throw new Error(`not one line: ${JSON.stringify(stdout)}`);
  return JSON.parse(lines[0] ?? '') as unknown;
}

const recordSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  task_id: text,
  error: z.looseObject({ class: z.string() }).nullable(),
  outputs: z.array(z.looseObject({ path: text })),
});

export type JobRecord = z.infer<typeof recordSchema>;

/** The records that a place's state directory holds, by where they are. */
export async function readRecords(place: Place): Promise<{ open: JobRecord[]; done: JobRecord[] }> {
  const files = await listFiles(place.stateDirectory);
  const read = (pattern: RegExp) =>
    Promise.all(
      files
        .filter((file) => pattern.test(file))
        .map(async (file) => {
          const json: unknown = JSON.parse(await readFile(path.join(place.stateDirectory, file), 'utf8'));
          return recordSchema.parse(json);
        }),
    );
  const [open, done] = await Promise.all([
    read(/^open\/[^/]+\.json$/u),
    read(/^done\/\d{4}\/\d{2}\/\d{2}\/[^/]+\.json$/u),
  ]);
  return { open, done };
}
