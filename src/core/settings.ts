import * as z from 'zod';
import { modes } from './mode.ts';
import { providerIds } from './model.ts';
import { regionIds } from './region.ts';

const text = z.string().min(1);

const ofModes = z.strictObject(Object.fromEntries(modes.map((mode) => [mode, text.optional()])));

/** Settings that a profile may have, and that also stand outside any profile as everybody's defaults. */
const defaults = {
  model: ofModes.optional(),
  out_dir: text.optional(),
  output: text.optional(),
  timeout: text.optional(),
  poll_interval: text.optional(),
};

/** One way to reach a provider: its key and where that key belongs. */
export const profileSchema = z.strictObject({
  provider: z.enum(providerIds),
  region: z.enum(regionIds).optional(),
  base_url: text.optional(),
  workspace: text.optional(),
  key: text.optional(),
  /** Where the key was checked when it was stored; it goes nowhere else but to the provider's own hosts. */
  key_origin: text.optional(),
  /** Paths of a gateway's submits, by mode, where they are others than its documents name. */
  path: ofModes.optional(),
  ...defaults,
});
export type Profile = z.infer<typeof profileSchema>;

/** The settings file. Strict: a key it does not know is most likely a slip of the pen. */
export const settingsSchema = z.strictObject({
  provider: z.enum(providerIds).optional(),
  profile: text.optional(),
  ...defaults,
  profiles: z.record(text, profileSchema).optional(),
  /** Regions found for keys, by fingerprint. */
  key_regions: z.record(text, z.enum(regionIds)).optional(),
});
export type Settings = z.infer<typeof settingsSchema>;
