import * as z from 'zod';
import { allModels, preferredModels } from '../catalog/index.ts';
import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags } from '../cli/flags.ts';
import type { Talk } from '../cli/talk.ts';
import { UsageError } from '../core/errors.ts';
import { ratiosOf, resolutionsOf, sizesOf } from '../core/geometry.ts';
import { modes } from '../core/mode.ts';
import { describeDurations, type Model } from '../core/model.ts';
import { parseRegion } from '../providers/region.ts';
import { parseProvider } from '../workflow/account.ts';

const shape = {
  ...connectionShape,
  mode: z.enum(modes, { error: `is not a mode; ${modes.join(', ')}` }).optional(),
};

/** `wan models`: the catalogue, without key or network. */
export async function runModels(
  _context: Context,
  talk: Talk,
  input: { id: string | undefined; flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(shape, input.flags);
  const provider =
    flags.provider === undefined || flags.provider === 'sandbox' ? undefined : parseProvider(flags.provider);
  const region = flags.region === undefined ? undefined : parseRegion(flags.region);
  const rows = allModels.filter(
    (model) =>
      (input.id === undefined || model.id === input.id) &&
      (provider === undefined || model.provider === provider) &&
      (flags.mode === undefined || model.modes.includes(flags.mode)) &&
      (region === undefined || (model.regions?.includes(region) ?? false)),
  );
  if (input.id !== undefined && rows.length === 0) {
    throw new UsageError(`there is no model ${input.id} in the catalogue`, {
      hint: '`wan models` lists them',
    });
  }
  return talk.finish({
    value: rows.map(document),
    lines: input.id === undefined ? table(rows) : rows.flatMap(details),
  });
}

function document(model: Model) {
  const { geometry } = model;
  return {
    id: model.id,
    provider: model.provider,
    modes: model.modes,
    is_default: isDefault(model),
    regions: model.regions ?? null,
    prompt_max: model.promptMax,
    negative_prompt_max: model.negativePromptMax ?? null,
    sizes: geometry.kind === 'size' ? sizesOf(geometry.pixels).map((cell) => cell.size) : null,
    resolutions: resolutionsOf(geometry),
    ratios: ratiosOf(geometry),
    durations:
      model.duration.kind === 'range'
        ? { min: model.duration.min, max: model.duration.max }
        : { values: model.duration.values },
    default_duration: model.duration.default,
    audio: model.audio.kind,
    takes: takes(model),
    media: model.media?.roles ?? null,
    link_hours: model.linkHours,
    source: model.source,
    checked: model.checked,
  };
}

function isDefault(model: Model): boolean {
  return model.modes.some(
    (mode) => (preferredModels[model.provider][mode] as readonly string[])[0] === model.id,
  );
}

function takes(model: Model): string[] {
  const flags: [string, unknown][] = [
    ['--negative-prompt', model.negativePromptMax],
    ['--audio-url', model.audioUrl],
    ['--no-audio', model.audio.kind === 'optional'],
    ['--shot-type', model.shotType],
    ['--prompt-extend', model.promptExtend],
    ['--watermark', model.watermark],
    ['--seed', model.seed],
    ['--callback-url', model.callback],
  ];
  return flags.flatMap(([flag, has]) => (has === undefined || has === false ? [] : [flag]));
}

function table(rows: readonly Model[]): string[] {
  const cells = [
    ['MODEL', 'PROVIDER', 'MODES', 'SECONDS', 'PICTURE', 'SOUND', 'REGIONS'],
    ...rows.map((model) => [
      `${model.id}${isDefault(model) ? ' *' : ''}`,
      model.provider,
      model.modes.join(' '),
      describeDurations(model.duration).replace(/, or -1.*/u, ' or -1'),
      resolutionsOf(model.geometry).join(' '),
      model.audio.kind,
      model.regions?.join(' ') ?? '',
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function details(model: Model): string[] {
  const { geometry } = model;
  const lines: [string, string][] = [
    ['model', `${model.id} at ${model.provider}${isDefault(model) ? ' (a default)' : ''}`],
    ['modes', model.modes.join(', ')],
    ['regions', model.regions?.join(', ') ?? 'none to choose'],
    [
      'prompt',
      `${model.promptRequired === 'yes' ? 'required' : 'optional'}, at most ${model.promptMax} characters`,
    ],
    ...(geometry.kind === 'size'
      ? [
          [
            'size',
            sizesOf(geometry.pixels)
              .map((cell) => cell.size)
              .join(' '),
          ] as [string, string],
        ]
      : []),
    ['resolution', `${resolutionsOf(geometry).join(', ')} (default ${geometry.resolution})`],
    ['ratio', ratiosOf(geometry).join(', ') || 'follows the input'],
    ['duration', `${describeDurations(model.duration)} (default ${model.duration.default})`],
    ['sound', model.audio.kind],
    ['takes', takes(model).join(' ')],
    [
      'inputs',
      Object.entries(model.media?.roles ?? {})
        .map(([role, { max }]) => `${role} up to ${max}`)
        .join(', ') || 'none',
    ],
    ['link', model.linkHours === null ? 'no known expiry' : `expires after ${model.linkHours} h`],
    ['source', `${model.source} (${model.checked})`],
  ];
  return lines.map(([name, text]) => `${name.padEnd(11)} ${text}`);
}
