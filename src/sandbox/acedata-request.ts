import {
  parseSize,
  ratios,
  sizePixels,
  sizesOf,
  type Dimensions,
  type Ratio,
  type Resolution,
} from '../core/geometry.ts';
import { asObject } from '../core/untrusted.ts';
import { shapeOfRatio } from './clip-shape.ts';
import type { Input } from './input.ts';
import { bad, flag, given, integer, oneOf, text, type Fields } from './flat-fields.ts';
import { mediaFailure, readMedia, readReferences, type Media } from './acedata-media.ts';

// `POST /wan/videos` as AceData's newest schema has it (openapi/wan.json of 2026-10-07). Its gateway checks types,
// ranges and what must be there; what only the model upstream would notice makes a task that fails.

// One page of Model Studio knows 21:9 too; AceData's schema does not.
const ratioNames = ratios.filter((ratio) => ratio !== '21:9');

const actions = ['text2video', 'image2video'] as const;

type Row = {
  actions: readonly string[];
  needs: readonly string[];
  seconds?: readonly number[];
  by: 'size' | 'tier' | 'ratio';
};

const rows: Record<string, Row> = {
  'wan2.6-t2v': { actions: ['text2video'], needs: ['prompt'], seconds: [5, 10, 15], by: 'size' },
  'wan2.6-i2v': {
    actions: ['image2video'],
    needs: ['prompt', 'image_url'],
    seconds: [5, 10, 15],
    by: 'tier',
  },
  'wan2.6-i2v-flash': {
    actions: ['image2video'],
    needs: ['prompt', 'image_url'],
    seconds: [5, 10, 15],
    by: 'tier',
  },
  // Its documents name one action in the guide and the other in samples, so both pass.
  'wan2.6-r2v': { actions, needs: ['prompt', 'reference_video_urls'], seconds: [5, 10], by: 'size' },
  'wan3.0-video': { actions, needs: [], by: 'ratio' },
};

/** A request that the gateway lets through. */
export type AcedataRequest = {
  model: string;
  prompt: string | undefined;
  isWan3: boolean;
  isAsync: boolean;
  callbackUrl: string | undefined;
  tier: Resolution;
  ratio: Ratio | undefined;
  /** Where the shape follows a picture; else the shape. */
  frame: Input | undefined;
  shape: Dimensions;
  seconds: number;
  sound: boolean;
  inputs: Input[];
  /** Why the model upstream will not make it. */
  failure: string | undefined;
};

/** @throws {Refused} bad_request */
export function readAcedataRequest(body: unknown): AcedataRequest {
  const fields = asObject(body);
  if (fields === undefined) throw bad('the body is not a JSON object');
  const model = text(fields, 'model');
  if (model === undefined) throw bad('model is required');
  const row = Object.hasOwn(rows, model) ? rows[model] : undefined;
  if (row === undefined) throw bad(`model must be one of ${Object.keys(rows).join(', ')}`);
  const isWan3 = row.by === 'ratio';
  checkAction(fields, model, row, isWan3);
  const references = readReferences(fields);
  const media = readMedia(fields);
  const missing = row.needs.find((name) => given(fields, name) === undefined || given(fields, name) === '');
  if (missing !== undefined) throw bad(`${missing} is required for ${model}`);
  const prompt = text(fields, 'prompt');
  if (isWan3 && prompt === undefined && media.length === 0) throw bad('prompt or media is required');

  const callbackUrl = text(fields, 'callback_url');
  if (callbackUrl !== undefined && !/^https?:/iu.test(callbackUrl)) throw bad('callback_url must be a URL');
  const tier =
    oneOf(fields, 'resolution', ['480P', '720P', '1080P'] as const, true) ??
    (row.by === 'size' ? '1080P' : '720P');
  const ratio = oneOf(fields, 'ratio', ratioNames, false);
  oneOf(fields, 'shot_type', ['single', 'multi'] as const, false);
  const duration = integer(
    fields,
    'duration',
    (value) => value === -1 || (value >= 2 && value <= 30),
    '-1 or 2 to 30',
  );
  integer(fields, 'seed', (value) => value >= 0 && value <= 2_147_483_647, '0 to 2147483647');
  for (const name of ['prompt_extend', 'watermark']) flag(fields, name);
  const size = readSize(text(fields, 'size'), row);
  const image = text(fields, 'image_url');
  const imageInput: Input | undefined =
    row.by !== 'tier' || image === undefined ? undefined : { field: 'image_url', kind: 'image', url: image };
  // Only wan3.0 has ratios; a fixed one goes before the shape of its first frame.
  const firstFrame = media.find(({ type }) => type === 'first_frame');
  const isAdaptive = ratio === undefined || ratio === 'adaptive';
  const shape = shapeOfRatio(tier, isWan3 ? (ratio ?? '16:9') : '16:9');
  const sound = flag(fields, 'audio');
  const speech = text(fields, 'audio_url');
  return {
    model,
    prompt,
    isWan3,
    isAsync: flag(fields, 'async') ?? false,
    callbackUrl,
    tier,
    ratio,
    frame: isWan3 ? (isAdaptive ? firstFrame : undefined) : imageInput,
    shape: row.by === 'size' ? size.shape : shape,
    seconds: duration === undefined || duration === -1 ? 5 : duration,
    // Recorded runs have sound when nothing was said about it, though the schema's default is false.
    sound: sound ?? true,
    inputs: [
      ...(imageInput === undefined ? [] : [imageInput]),
      ...(isWan3 ? [] : references),
      // Only wan3.0 reads `media`, and only wan2.6 the other fields; the schema lets each have both.
      ...(isWan3 ? media : []),
      // Silence beats a sound track.
      ...(isWan3 || sound === false || speech === undefined
        ? []
        : [{ field: 'audio_url', kind: 'audio' as const, url: speech }]),
    ],
    failure: size.failure ?? upstreamFailure(row, duration, tier, media),
  };
}

function checkAction(fields: Fields, model: string, row: Row, isWan3: boolean): void {
  const action = oneOf(fields, 'action', actions, false) ?? (isWan3 ? undefined : 'text2video');
  if (action !== undefined && !row.actions.includes(action)) {
    throw bad(`${model} does not support the action ${action}; use ${row.actions.join(' or ')}`);
  }
}

function upstreamFailure(
  row: Row,
  duration: number | undefined,
  tier: Resolution,
  media: readonly Media[],
): string | undefined {
  if (row.seconds !== undefined && duration !== undefined && !row.seconds.includes(duration)) {
    return `duration must be one of ${row.seconds.join(', ')}`;
  }
  if (row.by === 'tier' && tier === '480P') return 'resolution must be 720P or 1080P';
  return row.by === 'ratio' ? mediaFailure(media) : undefined;
}

/** The documents leave sizes to the model upstream, which knows only the ones with an asterisk. */
function readSize(size: string | undefined, row: Row): { shape: Dimensions; failure: string | undefined } {
  const legal = sizesOf({ '720P': sizePixels['720P'], '1080P': sizePixels['1080P'] }).map(
    (cell) => cell.size,
  );
  const cell = legal.find((candidate) => candidate === (size ?? '1920*1080'));
  const shape = parseSize(cell ?? '1920*1080') ?? { width: 1920, height: 1080 };
  return {
    shape,
    failure: row.by === 'size' && cell === undefined ? `size must be one of ${legal.join(', ')}` : undefined,
  };
}
