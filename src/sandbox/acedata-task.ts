import { randomUUID } from 'node:crypto';
import type { AcedataRequest } from './acedata-request.ts';
import { at } from '../core/untrusted.ts';
import { seedOf } from './clip-seed.ts';
import { shapeOfPicture } from './clip-shape.ts';
import type { FoundInput, InputContext, MediaLimits } from './input.ts';
import { inspectInput } from './inputs.ts';
import { clip26, clip30, img20b, sound25, sound30, totalSeconds30 } from './media-limits.ts';
import { plannedFate } from './planned-fate.ts';
import type { Call } from './route.ts';
import type { Task } from './task-store.ts';

// The models behind AceData have the limits that Alibaba's documents state for them; AceData states none.
const image = { ...img20b, formats: [...img20b.formats, 'gif' as const], refusesAlpha: false };
const limits26: MediaLimits = { image, clip: clip26, speech: sound25 };
const limits30: MediaLimits = { image, clip: clip30, speech: sound30 };

/** A reference video elsewhere is taken to last this long. */
const unknownSeconds = 5;

/** The task of a request that the gateway let through, once its files have been looked at. */
export async function makeAcedataTask(
  call: Call,
  account: string,
  request: AcedataRequest,
  echo: unknown,
  parts: Pick<InputContext, 'uploads' | 'signer'> & { latencyMs: number; expiryMs: number },
): Promise<Task> {
  const { uploads, signer, latencyMs, expiryMs } = parts;
  const context: InputContext = {
    uploads,
    signer,
    account,
    model: request.model,
    now: call.now,
    takesUploads: false,
    takesInline: false,
  };
  const limits = request.isWan3 ? limits30 : limits26;
  const found = await Promise.all(
    request.inputs.map(async (one) => ({ one, result: await inspectInput(one, limits, context) })),
  );
  const results = found.map(({ result }) => result);
  const failed = results.flatMap((result) => ('failure' in result ? [result.failure.message] : []));
  const message = request.failure ?? failed[0] ?? (request.isWan3 ? totalFailure(results) : undefined);
  const frame = found.find(({ one }) => one === request.frame)?.result;
  const picture = frame !== undefined && 'size' in frame ? frame.size : undefined;
  const shape = picture === undefined ? request.shape : shapeOfPicture(picture, request.tier);
  const fate = plannedFate(call.fault, 'api_error') ?? failedFate(message);
  return {
    version: 1,
    id: randomUUID(),
    service: 'acedata',
    account,
    submittedAt: call.now,
    latencyMs,
    expiryMs,
    ...(fate === undefined ? {} : { fate }),
    requestId: randomUUID(),
    model: request.model,
    ...(request.prompt === undefined ? {} : { prompt: request.prompt }),
    clip: {
      ...shape,
      seconds: request.seconds,
      sound: request.sound,
      title: request.prompt ?? request.model,
      ...seedOf(at(echo, 'seed')),
    },
    details: {
      request: echo,
      isWan3: request.isWan3,
      resolution: request.tier,
      ratio: request.ratio ?? '16:9',
      inputSeconds: Math.round(secondsOf(results, 'video', unknownSeconds)),
    },
  };
}

function failedFate(message: string | undefined): Task['fate'] {
  return message === undefined ? undefined : { state: 'FAILED', code: 'api_error', message };
}

/** Files whose length is not known are never a reason to fail. */
function totalFailure(results: readonly FoundInput[]): string | undefined {
  const isTooLong = (kind: 'video' | 'audio') => secondsOf(results, kind, 0) > totalSeconds30 + 0.1;
  if (!isTooLong('video') && !isTooLong('audio')) return undefined;
  return `reference videos, and reference audios, must not exceed ${totalSeconds30} s in total`;
}

function secondsOf(results: readonly FoundInput[], kind: 'video' | 'audio', unknown: number): number {
  return results.reduce((total, result) => {
    if ('failure' in result || result.kind !== kind) return total;
    return total + (result.seconds ?? unknown);
  }, 0);
}
