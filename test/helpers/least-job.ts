import { allModels } from '../../src/catalog/index.ts';
import { mediaFlags } from '../../src/cli/media-flags.ts';
import { resolutionsOf } from '../../src/core/geometry.ts';
import type { MediaRole } from '../../src/core/media-rule.ts';
import { vaceFunctions, type Mode, type VaceFunction } from '../../src/core/mode.ts';
import { modesOf, rulesFor, type Model } from '../../src/core/model.ts';

/** One thing that one row can do. */
export type LeastJob = {
  name: string;
  model: Model;
  mode: Mode;
  vaceFunction: VaceFunction | undefined;
  /** The row as it stands for it. */
  rules: Model;
};

/** Every mode of every row, and every function of vace. */
export const leastJobs: readonly LeastJob[] = allModels.flatMap((model) =>
  modesOf(model).flatMap((mode) => {
    const functions = mode === 'vace' ? vaceFunctions : [undefined];
    return functions.map((vaceFunction) => ({
      name: [model.provider, model.id, mode, vaceFunction ?? ''].join(' ').trim(),
      model,
      mode,
      vaceFunction,
      rules: rulesFor(model, mode, vaceFunction),
    }));
  }),
);

/** An address for each kind of file, by its ending; nobody fetches it. */
export function addressFor(role: MediaRole): string {
  const ending = /audio|voice/u.test(role)
    ? 'mp3'
    : /clip|video/u.test(role)
      ? 'mp4'
      : role === 'file'
        ? 'pdf'
        : 'png';
  return `https://example.com/${role}.${ending}`;
}

/** The files that a job cannot do without, one for each. */
export function neededRoles({ rules }: LeastJob): MediaRole[] {
  const { roles = {}, totals = [] } = rules.media ?? {};
  const needed = (Object.keys(roles) as MediaRole[]).flatMap((role) =>
    Array.from({ length: roles[role]?.min ?? 0 }, () => role),
  );
  const ofTotals = totals.flatMap(({ roles: some, min }) => {
    const [first] = some;
    return first === undefined ? [] : Array.from({ length: min }, () => first);
  });
  return [...needed, ...ofTotals];
}

/** The flag and value that give a file to a job. */
export function mediaArgs(mode: Mode, role: MediaRole, value = addressFor(role)): string[] {
  const flag = mediaFlags[mode].find((candidate) => candidate.role === role);
  if (flag === undefined) throw new Error(`wan ${mode} has no flag for ${role}`);
  return [`--${flag.flag}`, value];
}

/**
 * The smallest command line that the row accepts: needed inputs and fields, the lowest tier, the shortest clip.
 * @param files values for the inputs, where not the addresses of `addressFor`
 * @param roles the inputs, where not just those it cannot do without
 */
export function leastArgs(
  job: LeastJob,
  files: (role: MediaRole) => string = addressFor,
  roles: readonly MediaRole[] = neededRoles(job),
): string[] {
  const { mode, model, rules, vaceFunction } = job;
  const hasPrompt = rules.promptRequired === 'yes' || (rules.promptRequired === 'or-media' && mode === 't2v');
  const extras = Object.entries(rules.extras ?? {}).flatMap(([name, rule]) =>
    rule.required === true && 'values' in rule
      ? [`--${name.replaceAll('_', '-')}`, rule.values[0] ?? '']
      : [],
  );
  const [tier] = resolutionsOf(rules.geometry);
  const { duration } = rules;
  const seconds =
    duration.kind === 'input'
      ? undefined
      : duration.kind === 'range'
        ? // A clip that is continued is part of the whole, and counts 5 s where its length is not known.
          duration.includesInput === true
          ? 6
          : duration.min
        : Math.min(...duration.values);
  return [
    mode,
    ...(vaceFunction === undefined ? [] : [vaceFunction.replaceAll('_', '-')]),
    ...(hasPrompt ? ['a paper boat'] : []),
    ...roles.flatMap((role) => mediaArgs(mode, role, files(role))),
    ...extras,
    ...(tier === undefined ? [] : ['--resolution', tier]),
    ...(seconds === undefined || mode === 'vace' ? [] : ['-d', String(seconds)]),
    '-m',
    model.id,
    '--provider',
    model.provider,
  ];
}
