import { preferredModels } from '../catalog/index.ts';
import { ratiosOf, resolutionsOf, sizesOf } from '../core/geometry.ts';
import { extraFlag } from '../core/extra.ts';
import type { DurationRule } from '../core/duration-rule.ts';
import { vaceFunctions, type Mode } from '../core/mode.ts';
import { modesOf, rulesFor, type Model } from '../core/model.ts';

/** A row for `--json`: what holds for all its modes, and under each mode what holds there. */
export function modelDocument(model: Model) {
  return {
    id: model.id,
    provider: model.provider,
    modes: modesOf(model),
    default_for: defaultModes(model),
    regions: model.regions ?? null,
    snapshots: (model.snapshots ?? []).map((date) => `${model.id}-${date}`),
    prompt: model.promptRequired,
    prompt_max: model.promptMax,
    negative_prompt_max: model.negativePromptMax ?? null,
    link_hours: model.linkHours,
    reference_names: model.referenceNames ?? null,
    billed: model.billing,
    by_mode: Object.fromEntries(usesOf(model).map(({ name, rules }) => [name, useDocument(rules)])),
    source: model.source,
    checked: model.checked,
  };
}

/** What a row does under one name. */
type Use = { name: string; mode: Mode; rules: Model };

/** Each mode of a row, and each function where a mode has several, with the rules that hold there. */
export function usesOf(model: Model): Use[] {
  return modesOf(model).flatMap((mode): Use[] =>
    mode === 'vace' && model.functions !== undefined
      ? vaceFunctions.map((name) => ({
          name: `vace ${name.replaceAll('_', '-')}`,
          mode,
          rules: rulesFor(model, mode, name),
        }))
      : [{ name: mode, mode, rules: rulesFor(model, mode) }],
  );
}

export function defaultModes(model: Model): Mode[] {
  return modesOf(model).filter((mode) => {
    const [first, second]: readonly string[] = preferredModels[model.provider][mode];
    // vace has a name of its own in each region.
    return first === model.id || (mode === 'vace' && second === model.id);
  });
}

function useDocument(rules: Model) {
  const { geometry } = rules;
  return {
    sizes: geometry.kind === 'size' ? sizesOf(geometry.pixels).map((cell) => cell.size) : null,
    resolutions: resolutionsOf(geometry),
    ratios: ratiosOf(geometry),
    durations: durationDocument(rules.duration),
    audio: rules.audio.kind,
    takes: flagsOf(rules),
    inputs: Object.fromEntries(
      Object.entries(rules.media?.roles ?? {}).map(([role, { min = 0, max, profile }]) => {
        const { name: _name, ...limits } = profile ?? { name: '' };
        return [role, { min, max, file: profile === undefined ? null : limits }];
      }),
    ),
    extras: rules.extras ?? {},
  };
}

function durationDocument(rule: DurationRule) {
  if (rule.kind === 'input') return { min: null, max: rule.max ?? null, values: null, default: null };
  return rule.kind === 'range'
    ? { min: rule.min, max: rule.max, values: null, default: rule.default }
    : { min: null, max: null, values: rule.values, default: rule.default };
}

/** The flags that a row takes besides its inputs. */
export function flagsOf(rules: Model): string[] {
  const flags: [string, unknown][] = [
    ['--negative-prompt', rules.negativePromptMax],
    ['--no-audio', rules.audio.kind === 'optional'],
    ['--shot-type', rules.shotType],
    ['--prompt-extend', rules.promptExtend],
    ['--watermark', rules.watermark],
    ['--seed', rules.seed],
    ['--callback-url', rules.callback],
  ];
  return [
    ...flags.flatMap(([flag, has]) => (has === undefined || has === false ? [] : [flag])),
    ...Object.keys(rules.extras ?? {}).map(extraFlag),
  ];
}
