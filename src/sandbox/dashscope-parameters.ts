import { parseSize, sizesOf, type Dimensions, type Ratio, type Resolution } from '../core/geometry.ts';
import type { ModelRow } from './dashscope-model-row.ts';
import { Refused } from './reply.ts';

type Fields = Record<string, unknown>;

/** What a request asks of a model, defaults filled in. */
export type Chosen = {
  /** Undefined where the shape follows the input. */
  size?: Dimensions;
  tier: Resolution;
  /** Set where the request or the model's default names one. */
  ratio?: Ratio;
  /** Whole seconds; -1 and 0 have been replaced by what the sandbox makes of them. */
  seconds: number;
  sound: boolean;
  promptExtend: boolean;
};

/** What a length of -1 (the model chooses) or 0 (as long as the input) comes to here. */
const chosenSeconds = 5;

/**
 * Checks the parameters of a model, one by one; those that it does not have are let through, as the service does.
 * @throws {Refused} InvalidParameter for a value that is not legal
 */
export function readParameters(row: ModelRow, parameters: Fields): Chosen {
  for (const name of ['prompt_extend', 'watermark', 'audio']) flag(parameters, name);
  checkSeed(row, parameters);
  const shotType = given(parameters, 'shot_type');
  if (shotType !== undefined && shotType !== 'single' && shotType !== 'multi')
    throw invalid('shot_type', 'single or multi');
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
    if (cell === undefined) throw invalid('size', `one of ${legal.map(({ size }) => size).join(', ')}`);
    return {
      tier: cell.resolution,
      ratio: cell.ratio,
      size: parseSize(cell.size) ?? { width: 1280, height: 720 },
    };
  }
  const resolution = given(parameters, 'resolution') ?? shape.tier;
  const tier = shape.tiers.find((candidate) => candidate === resolution);
  if (tier === undefined) throw invalid('resolution', `one of ${shape.tiers.join(', ')}`);
  if (shape.ratios === undefined) return { tier };
  const wanted = given(parameters, 'ratio') ?? shape.ratio;
  const ratio = shape.ratios.find((candidate) => candidate === wanted);
  if (ratio === undefined) throw invalid('ratio', `one of ${shape.ratios.join(', ')}`);
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
      : rule.some((value) => value === asked);
  if (!isLegal || typeof asked !== 'number') {
    throw invalid(
      'duration',
      'min' in rule ? `an integer from ${rule.min} to ${rule.max}` : `one of ${rule.join(', ')}`,
    );
  }
  return asked < 1 ? chosenSeconds : asked;
}

function checkSeed(row: ModelRow, parameters: Fields): void {
  const seed = given(parameters, 'seed');
  if (seed === undefined) return;
  // Only wan3.0 knows -1, for a random one.
  const min = row.task === 'all' ? -1 : 0;
  if (typeof seed !== 'number' || !Number.isInteger(seed) || seed < min || seed > 2_147_483_647) {
    throw invalid('seed', `an integer from ${min} to 2147483647`);
  }
}

function flag(parameters: Fields, name: string): boolean | undefined {
  const value = given(parameters, name);
  if (value === undefined || typeof value === 'boolean') return value;
  throw invalid(name, 'true or false');
}

/** SDKs send null for "not given". */
function given(fields: Fields, name: string): unknown {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return value ?? undefined;
}

function invalid(name: string, legal: string): Refused {
  return new Refused(400, 'InvalidParameter', `parameters.${name} is not valid: it must be ${legal}`);
}
