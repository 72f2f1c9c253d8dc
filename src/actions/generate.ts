import type { Context } from '../cli/context.ts';
import { connectionShape, generationShape, readFlags, savingShape, waitingShape } from '../cli/flags.ts';
import { checkStdout, inUseOf, savingOf, stdoutWriter, waitingOf } from '../cli/job-flags.ts';
import type { MediaFlag } from '../cli/options.ts';
import { readAddress, readCallback, readMedia } from '../cli/read-media.ts';
import { readPrompt } from '../cli/read-prompt.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench } from '../cli/workbench.ts';
import { buildRequest } from '../core/build-request.ts';
import { jobDocument } from '../core/documents.ts';
import type { Job } from '../core/job.ts';
import { NoKeyError } from '../core/errors.ts';
import type { Mode } from '../core/mode.ts';
import { describePurchase } from '../core/purchase.ts';
import type { Wish } from '../core/wish.ts';
import { parseRegion } from '../providers/region.ts';
import { parseProvider } from '../workflow/account.ts';
import { generate } from '../workflow/generate.ts';
import { checkTarget } from '../workflow/output-target.ts';
import { pickModel } from '../workflow/pick-model.ts';

export type GenerateInput = {
  mode: Mode;
  prompt: string | undefined;
  flags: Record<string, unknown>;
  media: readonly MediaFlag[];
};

/** `wan t2v`, `i2v` and `r2v`: everything is checked before a cent is spent. */
export async function runGenerate(context: Context, talk: Talk, input: GenerateInput): Promise<number> {
  const { image: _i, ref: _r, refImage: _ri, refVideo: _rv, ...typed } = input.flags;
  const flags = readFlags({ ...generationShape, ...waitingShape, ...savingShape, ...connectionShape }, typed);
  const wish = await readWish(context, input, flags);
  const bench = await openWorkbench(context, talk, flags);
  try {
    const connection = await bench.connection(flags).catch((error: unknown) => {
      // What is wrong with the request is worth knowing before a key is at hand.
      if (error instanceof NoKeyError) checkWithoutKey(wish, flags);
      throw error;
    });
    const { provider, profile } = connection;
    const region =
      connection.region === 'sandbox'
        ? flags.region === undefined
          ? undefined
          : parseRegion(flags.region)
        : connection.isCustomBase && flags.region === undefined
          ? undefined
          : connection.region;
    const inUse = inUseOf(profile, flags);
    const asked = flags.model ?? bench.setting(`model.${input.mode}`, inUse);
    const { model, others, warnings } = pickModel(provider.id, input.mode, region, asked);
    const built = buildRequest(wish, model, others);
    const saving = savingOf(context, bench, inUse, flags);
    checkStdout(context, talk, saving, !flags.wait);
    await checkTarget(saving);
    const waiting = waitingOf(context, bench, inUse, flags);

    [...warnings, ...built.warnings].forEach(talk.notice);
    if (!talk.flags.quiet) context.io.err(describePurchase(built.request, model));
    const job = await generate(
      bench.runtime,
      { connection, request: built.request, model, others, saving, noWait: !flags.wait, ...waiting },
      { job: talk.setJob, toStdout: stdoutWriter(context) },
    );
    return finish(talk, job, !flags.wait);
  } finally {
    await bench.close();
  }
}

/** Holds the wish against the model that would be used. @throws {UsageError} */
function checkWithoutKey(
  wish: Wish,
  flags: { provider?: string | undefined; region?: string | undefined; model?: string | undefined },
): void {
  const provider = flags.provider === undefined ? 'dashscope' : parseProvider(flags.provider);
  const region = flags.region === undefined ? undefined : parseRegion(flags.region);
  const { model, others } = pickModel(provider, wish.mode, region, flags.model);
  buildRequest(wish, model, others);
}

function finish(talk: Talk, job: Job, noWait: boolean): number {
  if (noWait) talk.notice(`accepted as job ${job.id}; \`wan wait ${job.id}\` saves the video`);
  const path = job.outputs[0]?.path ?? null;
  const line = noWait ? job.task_id : path === '-' ? null : path;
  return talk.finish({ value: jobDocument(job), lines: line === null ? [] : [line] });
}

async function readWish(
  context: Context,
  { mode, prompt, media }: GenerateInput,
  flags: ReturnType<typeof readFlags<typeof generationShape>>,
): Promise<Wish> {
  const text = await readPrompt(context, prompt, flags);
  const given: Partial<Record<keyof Wish, unknown>> = {
    prompt: text,
    negativePrompt: flags.negativePrompt,
    audioUrl:
      flags.audioUrl === undefined ? undefined : readAddress('--audio-url', flags.audioUrl, context.cwd),
    size: flags.size,
    resolution: flags.resolution,
    ratio: flags.ratio,
    duration: flags.duration,
    audio: flags.audio,
    shotType: flags.shotType,
    promptExtend: flags.promptExtend,
    watermark: flags.watermark,
    seed: flags.seed,
    callbackUrl: flags.callbackUrl === undefined ? undefined : readCallback(flags.callbackUrl),
  };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { mode, media: readMedia(media, context.cwd), ...set };
}
