import { foldPair, foldText } from '../core/fold-text.ts';
import { describeDurations } from '../core/duration-rule.ts';
import { ratiosOf, resolutionsOf, sizesOf } from '../core/geometry.ts';
import { wordsOf } from '../core/media-rule.ts';
import type { MediaRole } from '../core/media-rule.ts';
import { describeProfile } from '../core/media-profile.ts';
import { modeTitles, type Mode } from '../core/mode.ts';
import { modesOf, rulesFor, type Model } from '../core/model.ts';
import { defaultModes, flagsOf, usesOf } from './model-document.ts';

/** The rows as tables, one for each mode. A narrow terminal gets the columns that fit, and the way to the others. */
export function modelTable(rows: readonly Model[], modes: readonly Mode[], width: number): string[] {
  const tables = modes.flatMap((mode) => {
    const own = rows.filter((model) => model.modes[mode] !== undefined);
    return own.length === 0 ? [] : [{ mode, own }];
  });
  const grid = tables.map(({ own, mode }) => [titles, ...own.map((model) => cells(model, mode))]);
  const counts = grid.map((cellRows) => columnsWithin(cellRows, width));
  const lines = tables.flatMap(({ mode }, index) => [
    ...(index === 0 ? [] : ['']),
    `${mode}: ${modeTitles[mode]}`,
    ...columns((grid[index] ?? []).map((row) => row.slice(0, counts[index]))),
  ]);
  const rest = titles.slice(Math.min(...counts)).map((title) => title.toLowerCase());
  const more =
    rest.length === 0
      ? []
      : [`${rest.join(', ')} where they are missing: wan models <id>, or a wider terminal`];
  const legend = ['* default   -1 the model chooses   0 as long as the input', ...more];
  return lines.length === 0 ? [] : [...lines, '', ...legend.flatMap((line) => foldText(line, width))];
}

/** In the order in which a narrow terminal goes without, the last one first. */
const titles = ['  MODEL', 'PROVIDER', 'SECONDS', 'PICTURE', 'SOUND', 'INPUTS', 'REGIONS'];

/** How many columns, from the left, are no wider together. */
function columnsWithin(rows: readonly (readonly string[])[], width: number): number {
  let taken = 0;
  const fitting = widthsOf(rows).findIndex((own) => {
    taken += own;
    const isTooWide = taken > width;
    taken += gap.length;
    return isTooWide;
  });
  return fitting === -1 ? titles.length : Math.max(1, fitting);
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

const gap = '  ';

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = widthsOf(rows);
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}

/** One row whole. */
export function modelDetails(model: Model, width: number): string[] {
  const defaults = defaultModes(model);
  const needed = { yes: 'required', no: 'optional', 'or-media': 'required without inputs', never: 'none' };
  const prompt = needed[model.promptRequired];
  const about: Pair[] = [
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
  ];
  return pairs(about, width).concat(
    usesOf(model).flatMap(({ name, mode, rules }) => ['', `${name}:`, ...useLines(rules, mode, width)]),
  );
}

type Pair = readonly [name: string, text: string];

const referenceNames = {
  characterN: 'character1, character2, … in the prompt',
  'Image N': 'Image 1, Video 1, … in the prompt, each kind counted apart',
} as const;

const bills = {
  output: 'the seconds of the result',
  'output+input': 'the seconds of the result and of input clips',
  'output+input5': 'the seconds of the result and of each input clip, counted up to 5 s',
} as const;

function useLines(rules: Model, mode: Mode, width: number): string[] {
  const { geometry, duration } = rules;
  const picture: Pair[] =
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
  const lines: Pair[] = [
    ...picture,
    ['duration', `${describeDurations(duration)}${usual}`],
    ['sound', rules.audio.kind],
    ['billed', bills[rules.billing]],
    ['takes', flagsOf(rules).join(' ') || 'no more flags'],
    ...inputLines(rules, mode),
  ];
  return pairs(lines, width - 2).map((line) => `  ${line}`);
}

function inputLines(rules: Model, mode: Mode): Pair[] {
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

function pairs(lines: readonly Pair[], width: number): string[] {
  return lines.flatMap(([name, text]) => foldPair(`${name.padEnd(11)} `, text, width));
}
