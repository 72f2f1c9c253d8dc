import * as z from 'zod';
import { asResultLink } from './result-link.ts';
import { asLink, asNumber, asTaskId, asText } from './untrusted.ts';

// Schemas for replies of services. Loose: fields they do not name are ignored, and one of a wrong type counts as absent.

export const text = z.unknown().transform(asText).optional();
export const number = z.unknown().transform(asNumber).optional();
export const link = z.unknown().transform(asLink).optional();
/** A link to a result: as written, and as an address or a reference to one. */
export const writtenLink = z
  .unknown()
  .transform((value) => (typeof value === 'string' ? asResultLink(value) : undefined))
  .optional();
/** The same, or a list of them, or of objects around them. */
export const resultLink = z.unknown().transform(asResultLink).optional();
export const taskId = z.unknown().transform(asTaskId).optional();
/** As it was sent: for comparing, never for showing. */
export const rawText = z.string().optional().catch(undefined);
export const anything = z.unknown().optional();

/** An object with these fields, or nothing. */
export function object<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape).optional().catch(undefined);
}

/** What a schema makes of a reply; undefined where the whole is of another kind. */
export function readLoosely<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
): z.output<Schema> | undefined {
  const result = schema.safeParse(body);
  return result.success ? result.data : undefined;
}

/** The fields that are there, without the ones that are not. */
export function present<Fields extends Record<string, unknown>>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };
}
