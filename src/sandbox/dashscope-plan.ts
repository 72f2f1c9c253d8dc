import type { Dimensions } from '../core/geometry.ts';
import type { Region } from '../core/region.ts';
import { asObject, at } from '../core/untrusted.ts';
import type { ClipSpec } from './video/clip-spec.ts';
import { shapeOfPicture, shapeOfRatio, shapeWithin } from './clip-shape.ts';
import { text, type Fields } from './dashscope-fields.ts';
import { readInputs } from './dashscope-inputs.ts';
import { lengthsOf } from './dashscope-lengths.ts';
import type { ModelRow, ModelTask } from './dashscope-model-row.ts';
import { findRow } from './dashscope-models.ts';
import { seedOf } from './clip-seed.ts';
import { readParameters, type Chosen } from './dashscope-parameters.ts';
import { usageOf, type DashscopeUsage } from './dashscope-usage.ts';
import { vaceParameters } from './dashscope-vace.ts';
import type { InputContext, InputFailure } from './input.ts';
import { inspectInput } from './inputs.ts';
import { Refused } from './reply.ts';
import type { Call } from './route.ts';

/** An accepted request: what its task will show, and whether it will fail. */
export type Plan = {
  row: ModelRow;
  model: string;
  prompt?: string;
  actualPrompt?: string;
  clip: ClipSpec;
  usage: DashscopeUsage;
  failure?: InputFailure;
};

/**
 * Checks a submit in the order headers, body, model, path, fields, values, and only then its files. What only the
 * task would notice does not refuse it.
 * @throws {Refused} what the service answers at once
 */
export async function planTask(
  call: Call,
  group: string,
  region: Region | undefined,
  files: Pick<InputContext, 'uploads' | 'signer' | 'account'>,
): Promise<Plan> {
  if (String(call.headers['x-dashscope-async'] ?? '').toLowerCase() !== 'enable') {
    throw new Refused(403, 'AccessDenied', 'Current user api does not support synchronous calls.');
  }
  const { model, input, parameters } = readEnvelope(call.body.json());
  const row = findRow(model);
  if (row === undefined || (region !== undefined && !row.regions.includes(region))) {
    throw new Refused(
      404,
      'ModelNotFound',
      `Model not found: ${model} does not exist or is not opened for this key.`,
    );
  }
  if (row.path !== group)
    throw new Refused(400, 'InvalidParameter', 'url error, please check url: this model has another path.');
  const named = readInputs(row, input, parameters);
  const chosen = readParameters(row, row.task === 'vace' ? vaceParameters(input, parameters) : parameters);
  checkOssHeader(
    call,
    named.inputs.map(({ url }) => url),
  );

  const context: InputContext = {
    ...files,
    model,
    now: call.now,
    takesUploads: true,
    takesInline: !addressesOnly.has(row.task),
  };
  const found = await Promise.all(
    named.inputs.map(async (one) => ({ input: one, result: await inspectInput(one, row, context) })),
  );
  const lengths = lengthsOf(row, chosen, input, found);
  const failure =
    named.failure ??
    found.flatMap(({ result }) => ('failure' in result ? [result.failure] : []))[0] ??
    lengths.failure;
  const frame = found.find((one) => one.input === named.frame)?.result;
  const picture = frame !== undefined && 'size' in frame ? frame.size : undefined;
  const shape = shapeOf(row, chosen, picture);
  const prompt = cutPrompt(input, row);
  return {
    row,
    model,
    ...(prompt === undefined ? {} : { prompt }),
    ...(prompt !== undefined && row.rewrites === true && chosen.promptExtend
      ? { actualPrompt: `${prompt}, in rich detail` }
      : {}),
    clip: {
      ...shape,
      seconds: Math.min(60, Math.max(1, lengths.output)),
      sound: chosen.sound,
      title: prompt ?? model,
      ...seedOf(parameters['seed']),
    },
    usage: usageOf(row, chosen, shape, lengths),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** Their files are named by address, never inline. */
const addressesOnly: ReadonlySet<ModelTask> = new Set(['vace', 'animate', 's2v', 'retalk']);

function shapeOf(row: ModelRow, chosen: Chosen, picture: Dimensions | undefined): Dimensions {
  // The functions of vace that have no size keep the source's, as far as 720P goes.
  if (row.task === 'vace') return picture === undefined ? plainShape(chosen) : shapeWithin(picture, '720P');
  // Of wan3.0's ratios only `adaptive` follows the picture; elsewhere a first frame goes before the ratio.
  const follows = chosen.size === undefined && (row.task !== 'all' || chosen.ratio === 'adaptive');
  return picture !== undefined && follows ? shapeOfPicture(picture, chosen.tier) : plainShape(chosen);
}

function plainShape(chosen: Chosen) {
  return chosen.size ?? shapeOfRatio(chosen.tier, chosen.ratio ?? '16:9');
}

function readEnvelope(body: unknown): { model: string; input: Fields; parameters: Fields } {
  const fields = asObject(body);
  if (fields === undefined)
    throw new Refused(400, 'BadRequest.IllegalInput', 'The request body is not a JSON object.');
  const model = at(fields, 'model');
  if (typeof model !== 'string' || model === '')
    throw new Refused(400, 'BadRequest.EmptyModel', 'Required parameter "model" is missing.');
  const input = asObject(at(fields, 'input'));
  if (input === undefined)
    throw new Refused(400, 'BadRequest.EmptyInput', 'Required parameter "input" is missing.');
  const parameters = asObject(at(fields, 'parameters'));
  if (parameters === undefined)
    throw new Refused(400, 'BadRequest.EmptyParameters', 'Required parameter "parameters" is missing.');
  return { model, input, parameters };
}

function checkOssHeader(call: Call, urls: readonly string[]): void {
  const resolves = String(call.headers['x-dashscope-ossresourceresolve'] ?? '').toLowerCase() === 'enable';
  if (!resolves && urls.some((url) => /^oss:\/\//iu.test(url))) {
    throw new Refused(
      400,
      'InvalidParameter.DataInspection',
      'Unable to read an oss:// URL: the header X-DashScope-OssResourceResolve is missing.',
    );
  }
}

/** Whatever is too long is cut without a word, as the service does. A template takes the prompt's place. */
function cutPrompt(input: Fields, row: ModelRow): string | undefined {
  if (templated.has(row.task) && text(input, 'template') !== undefined) return undefined;
  const prompt = at(input, 'prompt');
  return typeof prompt === 'string' && prompt !== ''
    ? Array.from(prompt).slice(0, row.promptMax).join('')
    : undefined;
}

const templated: ReadonlySet<ModelTask> = new Set(['i2v', 'kf2v']);
