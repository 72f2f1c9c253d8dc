import * as z from 'zod';
import { UsageError } from '../core/errors.ts';

/** The kinds of requests that a rule can be about. */
export const requestKinds = ['submit', 'query', 'list', 'cancel', 'policy', 'upload', 'download'] as const;
export type RequestKind = (typeof requestKinds)[number];

/** Ends of a task that a rule can bring about. CANCELLED is how some of the documents' samples spell it. */
export const taskFates = ['FAILED', 'CANCELED', 'CANCELLED', 'UNKNOWN', 'SUSPENDED', 'NOURL'] as const;
export type TaskFate = (typeof taskFates)[number];

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000 };

const delay = z.string().transform((text, context) => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/u.exec(text);
  const factor = unitMs[match?.[2] ?? ''];
  if (factor === undefined) {
    context.addIssue({ code: 'custom', message: 'expected a duration such as "200ms" or "5s"' });
    return z.NEVER;
  }
  return Number(match?.[1]) * factor;
});

const header = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((text) => /^[\t\x20-\x7e\x80-\xff]*$/u.test(text), 'not a legal header value');

const rule = z
  .strictObject({
    on: z.enum([...requestKinds, 'any']),
    /** How many fitting requests pass before it applies. */
    after: z.int().min(0).default(0),
    /** To how many it then applies. */
    times: z.int().min(1).default(1),
    status: z.int().min(200).max(599).optional(),
    code: z.string().optional(),
    message: z.string().optional(),
    headers: z
      .record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/u, 'not a legal header name'), header)
      .optional(),
    /** Sent raw in place of the body. */
    body: z.string().optional(),
    drop: z.enum(['before', 'after', 'mid']).optional(),
    /** Bytes of the body that are sent. */
    truncate: z.int().min(0).optional(),
    /** Milliseconds, once parsed. */
    delay: delay.optional(),
    range: z.literal('ignore').optional(),
    task: z.enum(taskFates).optional(),
  })
  .superRefine((value, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (value.task !== undefined && value.on !== 'submit' && value.on !== 'query') {
      refuse('task', 'only goes with "on": "submit" or "query"');
    }
    if (value.range !== undefined && value.on !== 'download' && value.on !== 'any') {
      refuse('range', 'only goes with "on": "download"');
    }
    for (const name of ['code', 'message'] as const) {
      if (value[name] !== undefined && value.status === undefined && value.task === undefined) {
        refuse(name, 'needs "status" or "task"');
      }
    }
  });

/** A checked rule of a fault plan; `delay` is in milliseconds. */
export type FaultRule = z.output<typeof rule>;

const hint = `a plan is a JSON array of rules such as {"on":"query","after":1,"times":2,"status":503}; on: ${requestKinds.join(', ')} or any`;

/**
 * Reads a fault plan.
 * @param name the file's name, for messages
 * @throws {UsageError} naming the file, the rule by its number from 1, and the field
 */
export function parseFaultPlan(text: string, name: string): FaultRule[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    throw new UsageError(`${name} is not JSON: ${reason}`, { hint, cause: error });
  }
  const parsed = z.array(rule).safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const [number, ...field] = issue?.path ?? [];
  const reason = issue?.message ?? 'not a fault plan';
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const place = [
    name,
    ...(typeof number === 'number' ? [`rule ${number + 1}`] : []),
    ...(field.length > 0 ? [`"${field.join('.')}"`] : unknown === undefined ? [] : [`"${unknown}"`]),
  ];
  throw new UsageError(`${place.join(', ')}: ${unknown === undefined ? reason : 'no such field'}`, {
    hint: unknown === undefined ? hint : `fields: ${Object.keys(rule.shape).join(', ')}`,
  });
}
