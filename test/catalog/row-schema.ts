import * as z from 'zod';
import { ratios, resolutions } from '../../src/core/geometry.ts';
import { mediaRoles } from '../../src/core/media-rule.ts';
import { modes, vaceFunctions } from '../../src/core/mode.ts';
import { providerIds } from '../../src/core/model.ts';
import { regionIds } from '../../src/core/region.ts';

// A row as strict data, so that no cell is misspelt into nothing where the compiler does not look.
const count = z.int().min(0);
const roleNames = z.array(z.enum(mediaRoles)).min(1);
const media = z.strictObject({
  roles: z.partialRecord(
    z.enum(mediaRoles),
    z.strictObject({
      min: count.optional(),
      max: count.min(1),
      profile: z.looseObject({ name: z.string().min(1), kind: z.string() }).optional(),
      inline: z.boolean().optional(),
      optionalWith: z.string().optional(),
      fixesRatio: z.literal(true).optional(),
      sameSizeAs: z.enum(mediaRoles).optional(),
      isAsciiOnly: z.literal(true).optional(),
      doubt: z.string().min(1).optional(),
      needsPromptExtend: z.literal(true).optional(),
    }),
  ),
  totals: z.array(z.strictObject({ roles: roleNames, min: count, max: count.min(1) })).optional(),
  seconds: z.array(z.strictObject({ roles: roleNames, max: z.number().positive() })).optional(),
});
const pixels = z.partialRecord(
  z.enum(resolutions),
  z.partialRecord(z.enum(ratios), z.string().regex(/^\d+\*\d+$/u)),
);
const tier = { resolution: z.enum(resolutions) };
const shape = { pixels, ratio: z.enum(ratios), ...tier };
const chosen = {
  default: z.int(),
  special: z.strictObject({ value: z.int(), means: z.string() }).optional(),
  maxWith: z.strictObject({ role: z.enum(mediaRoles), max: count }).optional(),
  maxWithInput: count.optional(),
  includesInput: z.literal(true).optional(),
};
const minutes = z.tuple([z.number().positive(), z.number().positive()]);
const rules = {
  dialect: z.string(),
  promptMax: count,
  promptRequired: z.enum(['yes', 'no', 'or-media', 'never']),
  negativePromptMax: count.optional(),
  geometry: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('input') }),
    z.strictObject({ kind: z.literal('size'), ...shape }),
    z.strictObject({
      kind: z.literal('resolution'),
      resolutions: z.array(z.enum(resolutions)).min(1),
      ...tier,
    }),
    z.strictObject({
      kind: z.literal('resolution+ratio'),
      ratios: z.array(z.enum(ratios)).min(1),
      ...shape,
      ratio: z.enum(ratios).optional(),
    }),
  ]),
  duration: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('input'), role: z.enum(mediaRoles), max: count.optional() }),
    z.strictObject({ kind: z.literal('range'), min: count, max: count, ...chosen }),
    z.strictObject({ kind: z.literal('list'), values: z.array(count).min(1), ...chosen }),
  ]),
  audio: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['always', 'never']) }),
    z.strictObject({ kind: z.literal('optional'), default: z.boolean() }),
  ]),
  shotType: z.boolean().optional(),
  promptExtend: z.union([z.boolean(), z.literal('unlisted')]).optional(),
  watermark: z.boolean().optional(),
  seed: z.strictObject({ min: z.int(), max: z.int() }).optional(),
  callback: z.boolean().optional(),
  media: media.optional(),
  extras: z.record(z.string().regex(/^[a-z_]+$/u), z.looseObject({ kind: z.string() })).optional(),
  referenceNames: z.enum(['characterN', 'Image N']).optional(),
  billing: z.enum(['output', 'output+input', 'output+input5']),
  usualMinutes: z.strictObject({ ordinary: minutes, heavy: minutes.optional() }),
};
const variant = z.strictObject(rules).partial();
export const rowSchema = z.strictObject({
  ...rules,
  id: z.string().regex(/^[a-z0-9.-]+$/u),
  provider: z.enum(providerIds),
  modes: z.partialRecord(z.enum(modes), variant),
  functions: z.record(z.enum(vaceFunctions), variant).optional(),
  regions: z.array(z.enum(regionIds)).min(1).optional(),
  snapshots: z.array(z.iso.date()).optional(),
  isImplied: z.boolean().optional(),
  linkHours: z.number().positive().nullable(),
  source: z.string().min(1),
  checked: z.iso.date(),
});
