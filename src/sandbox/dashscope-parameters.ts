import { parseSize, sizesOf, type Dimensions, type Ratio, type Resolution } from '../core/geometry.ts';
import { refusedParameter, given, type Fields } from './dashscope-fields.ts';
import type { ModelRow, ModelTask } from './dashscope-model-row.ts';

/** What a request asks of a model, defaults filled in. */
export type Chosen = {
  /** Undefined where the shape follows the input. */
  size?: Dimensions;
  tier: Resolution;
  /** Set where the request or the model's default names one. */
  ratio?: Ratio;
  /** Whole seconds; -1 has been replaced by what the sandbox makes of it. 0: as long as the input. */
  seconds: number;
  sound: boolean;
  promptExtend: boolean;
};

/** What a length of -1 (the model chooses) comes to here. */
const chosenSeconds = 5;

/**
 * Checks the parameters of a model, one by one; those that it does not have are let through, as the service does.
 * @throws {Refused} InvalidParameter for a value that is not legal
 */
export function readParameters(row: ModelRow, parameters: Fields): Chosen {
  for (const name of ['prompt_extend', 'watermark', 'audio']) flag(parameters, name);
  checkSeed(row, parameters);
  checks[row.task]?.(parameters);
  const shotType = given(parameters, 'shot_type');
  if (shotType !== undefined && shotType !== 'single' && shotType !== 'multi')
    throw refusedParameter('shot_type', 'single or multi');
  return {
    ...readShape(row, parameters),
    seconds: readSeconds(row, parameters),
    sound: row.sound === 'always' || (row.sound === 'toggle' && (flag(parameters, 'audio') ?? true)),
    promptExtend: flag(parameters, 'prompt_extend') ?? true,
  };
}

function readShape({ shape }: ModelRow, parameters: Fields): Pick<Chosen, 'size' | 'tier' | 'ratio'> {
  if (shape.by === 'input') return { tier: '720P' };
  if (shape.by === 'size') {
    const legal = sizesOf(shape.table);
    const asked = given(parameters, 'size') ?? shape.size;
    const cell = legal.find(({ size }) => size === asked);
    // An `x` in place of the asterisk, a tier or a ratio are refused like any other wrong value.
    if (cell === undefined)
      throw refusedParameter('size', `one of ${legal.map(({ size }) => size).join(', ')}`);
    return {
      tier: cell.resolution,
      ratio: cell.ratio,
      size: parseSize(cell.size) ?? { width: 1280, height: 720 },
    };
  }
  const resolution = given(parameters, 'resolution') ?? shape.tier;
  const tier = shape.tiers.find((candidate) => candidate === resolution);
  if (tier === undefined) throw refusedParameter('resolution', `one of ${shape.tiers.join(', ')}`);
  if (shape.ratios === undefined) return { tier };
  const wanted = given(parameters, 'ratio') ?? shape.ratio;
  if (wanted === undefined) return { tier };
  const ratio = shape.ratios.find((candidate) => candidate === wanted);
  if (ratio === undefined) throw refusedParameter('ratio', `one of ${shape.ratios.join(', ')}`);
  return { tier, ratio };
}

function readSeconds(row: ModelRow, parameters: Fields): number {
  // These follow their input and have no such parameter.
  if (row.task === 'animate' || row.task === 's2v' || row.task === 'retalk') return chosenSeconds;
  const asked = given(parameters, 'duration') ?? row.defaultSeconds;
  const rule = row.seconds;
  const isLegal =
    'min' in rule
      ? typeof asked === 'number' &&
        Number.isInteger(asked) &&
        ((asked >= rule.min && asked <= rule.max) || asked === rule.also)
      : rule.some((legal) => legal === asked);
  if (!isLegal || typeof asked !== 'number') {
    throw refusedParameter(
      'duration',
      'min' in rule ? `an integer from ${rule.min} to ${rule.max}` : `one of ${rule.join(', ')}`,
    );
  }
  return asked < 0 ? chosenSeconds : asked;
}

function checkSeed(row: ModelRow, parameters: Fields): void {
  const seed = given(parameters, 'seed');
  if (seed === undefined) return;
  // Only wan3.0 knows -1, for a random one.
  const min = row.task === 'all' ? -1 : 0;
  if (typeof seed !== 'number' || !Number.isInteger(seed) || seed < min || seed > 2_147_483_647) {
    throw refusedParameter('seed', `an integer from ${min} to 2147483647`);
  }
}

function flag(parameters: Fields, name: string): boolean | undefined {
  const found = given(parameters, name);
  if (found === undefined || typeof found === 'boolean') return found;
  throw refusedParameter(name, 'true or false');
}

/** What only some tasks have. Extras of other tasks are let through. */
const checks: Partial<Record<ModelTask, (parameters: Fields) => void>> = {
  edit: (parameters) => oneOf(parameters, 'audio_setting', ['auto', 'origin']),
  animate: (parameters) => {
    const mode = given(parameters, 'mode');
    if (mode !== 'wan-std' && mode !== 'wan-pro') throw refusedParameter('mode', 'wan-std or wan-pro');
    flag(parameters, 'check_image');
  },
  s2v: (parameters) => {
    const style = given(parameters, 'style');
    // The pages disagree about its name and its words.
    if (style !== undefined && typeof style !== 'string') throw refusedParameter('style', 'a string');
  },
  retalk: (parameters) => {
    flag(parameters, 'video_extension');
    const threshold = given(parameters, 'query_face_threshold');
    if (threshold === undefined) return;
    const isLegal = typeof threshold === 'number' && Number.isInteger(threshold);
    if (!isLegal || threshold < 120 || threshold > 200)
      throw refusedParameter('query_face_threshold', 'an integer from 120 to 200');
  },
};

function oneOf(parameters: Fields, name: string, legal: readonly string[]): void {
  const word = given(parameters, name);
  if (word !== undefined && !legal.some((candidate) => candidate === word))
    throw refusedParameter(name, legal.join(' or '));
}
