import { describeDurations } from '../core/duration-rule.ts';
import { ratiosOf, resolutionsOf, sizesOf } from '../core/geometry.ts';
import { wordsOf } from '../core/media-rule.ts';
import type { MediaRole } from '../core/media-rule.ts';
import { describeProfile } from '../core/media-profile.ts';
import { modeTitles, type Mode } from '../core/mode.ts';
import { modesOf, rulesFor, type Model } from '../core/model.ts';
import { defaultModes, flagsOf, usesOf } from './model-document.ts';

/** The rows as tables, one for each mode. */
export function modelTable(rows: readonly Model[], modes: readonly Mode[]): string[] {
  const tables = modes.flatMap((mode) => {
    const own = rows.filter((model) => model.modes[mode] !== undefined);
    return own.length === 0 ? [] : [{ mode, own }];
  });
  const legend = '* default   -1 the model chooses   0 as long as the input';
  const lines = tables.flatMap(({ mode, own }, index) => [
    ...(index === 0 ? [] : ['']),
    `${mode}: ${modeTitles[mode]}`,
    ...columns([
      ['  MODEL', 'PROVIDER', 'SECONDS', 'PICTURE', 'SOUND', 'INPUTS', 'REGIONS'],
      ...own.map((model) => cells(model, mode)),
    ]),
  ]);
  return lines.length === 0 ? [] : [...lines, '', legend];
}

function cells(model: Model, mode: Mode): string[] {
  const rules = rulesFor(model, mode);
  const roles = Object.keys(rules.media?.roles ?? {}) as MediaRole[];
  return [
    `  ${model.id}${defaultModes(model).includes(mode) ? ' *' : ''}`,
    model.provider,
    describeDurations(rules.duration).replace(/, or (-?\d+) .*/u, ' or $1'),
    resolutionsOf(rules.geometry).join(' ') || 'of the input',
    rules.audio.kind,
    mode === 'vace'
      ? `by function: wan models ${model.id}`
      : [...new Set(roles.map((role) => wordsOf(role, { mode }).flag))].join(' '),
    model.regions?.join(' ') ?? '',
  ];
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** One row whole. */
export function modelDetails(model: Model): string[] {
  const defaults = defaultModes(model);
  const needed = { yes: 'required', no: 'optional', 'or-media': 'required without inputs', never: 'none' };
  const prompt = needed[model.promptRequired];
  return pairs([
    ['model', `${model.id} at ${model.provider}`],
    ['modes', modesOf(model).join(', ')],
    ...(defaults.length === 0 ? [] : [['default for', defaults.join(', ')] as const]),
    ['regions', model.regions?.join(', ') ?? 'none to choose'],
    ...(model.snapshots === undefined
      ? []
      : [['snapshots', model.snapshots.map((date) => `${model.id}-${date}`).join(', ')] as const]),
    [
      'prompt',
      model.promptRequired === 'never' ? prompt : `${prompt}, at most ${model.promptMax} characters`,
    ],
    ...(model.negativePromptMax === undefined
      ? []
      : [['negative', `--negative-prompt, at most ${model.negativePromptMax} characters`] as const]),
    ...(model.referenceNames === undefined
      ? []
      : [['references', `are called ${referenceNames[model.referenceNames]}`] as const]),
    ['link', model.linkHours === null ? 'no known expiry' : `expires after ${model.linkHours} h`],
    ['source', `${model.source} (${model.checked})`],
  ]).concat(usesOf(model).flatMap(({ name, mode, rules }) => ['', `${name}:`, ...useLines(rules, mode)]));
}

const referenceNames = {
  characterN: 'character1, character2, … in the prompt',
  'Image N': 'Image 1, Video 1, … in the prompt, each kind counted apart',
} as const;

const bills = {
  output: 'the seconds of the result',
  'output+input': 'the seconds of the result and of input clips',
  'output+input5': 'the seconds of the result and of each input clip, counted up to 5 s',
} as const;

function useLines(rules: Model, mode: Mode): string[] {
  const { geometry, duration } = rules;
  const picture: (readonly [string, string])[] =
    geometry.kind === 'input'
      ? [['picture', 'size and shape of the input']]
      : [
          ...(geometry.kind === 'size'
            ? [
                [
                  'size',
                  sizesOf(geometry.pixels)
                    .map(({ size }) => size)
                    .join(' '),
                ] as const,
              ]
            : []),
          ['resolution', `${resolutionsOf(geometry).join(', ')} (default ${geometry.resolution})`],
          ['ratio', ratiosOf(geometry).join(', ') || 'follows the input'],
        ];
  const usual = duration.kind === 'input' ? '' : ` (default ${duration.default})`;
  return pairs([
    ...picture,
    ['duration', `${describeDurations(duration)}${usual}`],
    ['sound', rules.audio.kind],
    ['billed', bills[rules.billing]],
    ['takes', flagsOf(rules).join(' ') || 'no more flags'],
    ...inputLines(rules, mode),
  ]).map((line) => `  ${line}`);
}

function inputLines(rules: Model, mode: Mode): (readonly [string, string])[] {
  const roles = Object.entries(rules.media?.roles ?? {}) as [
    MediaRole,
    NonNullable<Model['media']>['roles'][MediaRole],
  ][];
  return roles.map(([role, rule], index) => {
    const { min = 0, max, profile } = rule ?? { max: 0 };
    const count = min === max ? `${min}` : min === 0 ? `up to ${max}` : `${min}–${max}`;
    const limits = profile === undefined ? '' : `, ${describeProfile(profile)}`;
    return [index === 0 ? 'inputs' : '', `${wordsOf(role, { mode }).flag}: ${count}${limits}`] as const;
  });
}

function pairs(lines: readonly (readonly [string, string])[]): string[] {
  return lines.map(([name, text]) => `${name.padEnd(11)} ${text}`);
}
