import * as z from 'zod';
import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags } from '../cli/flags.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench } from '../cli/workbench.ts';
import { findModel } from '../catalog/index.ts';
import { formatBytes } from '../core/bytes.ts';
import { checkFile } from '../core/check-file.ts';
import { checkName } from '../core/check-name.ts';
import { UsageError, WanError } from '../core/errors.ts';
import type { MediaFacts } from '../core/media-facts.ts';
import { mediaTypeOf } from '../core/media-type.ts';
import type { ProviderId } from '../core/model.ts';
import { oneLine } from '../core/plain-text.ts';
import { cutQuery } from '../core/shown-link.ts';
import { probeFile } from '../media/probe.ts';
import { fileAsset } from '../store/asset-file.ts';
import { withRegionHint } from '../workflow/region-hint.ts';
import { uploadAsset } from '../workflow/upload.ts';
import { resolvePath } from '../cli/resolve-path.ts';

const shape = { ...connectionShape, model: z.string().optional() };

/** A file that the model takes nowhere is not worth sending. @throws {UsageError} */
function checkForModel(talk: Talk, provider: ProviderId, id: string, facts: MediaFacts, file: string): void {
  const model = findModel(provider, id);
  if (model === undefined) {
    talk.notice(`${provider} has no model ${id} that wan knows; the file is sent unchecked`);
    return;
  }
  const variants = [...Object.values(model.modes), ...Object.values(model.functions ?? {})];
  const profiles = variants
    .flatMap(({ media }) => Object.values(media?.roles ?? {}))
    .flatMap(({ profile }) => profile ?? []);
  const checks = profiles.map((profile) => ({ profile, ...checkFile(facts, profile, file) }));
  if (checks.some(({ problem }) => problem === undefined)) return;
  const likely = checks.find(({ profile }) => profile.kind === facts.kind) ?? checks[0];
  throw new UsageError(likely?.problem?.message ?? `${id} takes no files`, {
    hint: likely?.problem?.hint ?? '`wan models` lists what each model takes',
  });
}

/** `wan upload`: a file goes to the service's own storage, once; its address is printed. */
export async function runUpload(
  context: Context,
  talk: Talk,
  input: { file: string; flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(shape, input.flags);
  if (/^(?:https?|oss|data):/iu.test(input.file)) {
    throw new UsageError(`${cutQuery(input.file)} is an address already`, {
      hint: 'give it to --image, --video and their kin as it is',
    });
  }
  const { file, facts } = await probeFile(resolvePath(context, input.file), {
    signal: context.signal,
  });
  const problem = checkName(facts, file.path);
  if (problem !== undefined) throw new UsageError(problem.message, { hint: problem.hint });
  const bench = await openWorkbench(context, talk);
  try {
    const connection = await bench.connection(flags);
    const { provider } = connection;
    const model = flags.model?.trim();
    if (model === undefined && provider.upload.kind === 'policy') {
      throw new UsageError(`${provider.title} binds an upload to the model that will read it`, {
        hint: `wan upload ${input.file} --model wan2.6-i2v-flash`,
      });
    }
    if (model !== undefined) checkForModel(talk, provider.id, model, facts, file.path);
    const asset = fileAsset(file, mediaTypeOf(facts, file.path));
    let isTold = talk.flags.quiet;
    const onProgress = () => {
      if (!isTold) context.io.err(`uploading ${oneLine(asset.name)}, ${formatBytes(asset.bytes)}`);
      isTold = true;
    };
    const options = { model: model ?? '', asset, onProgress };
    const tools = { ...bench.runtime, notice: talk.notice };
    const uploaded = await uploadAsset(tools, connection, options).catch(async (error: unknown) => {
      throw error instanceof WanError ? await withRegionHint(bench.runtime, connection, error) : error;
    });
    if (uploaded.isCached) talk.notice('it was uploaded before, and is still there');
    return talk.finish({
      value: {
        url: uploaded.url,
        expires_at: uploaded.expiresAt,
        provider: provider.id,
        model: model ?? null,
        path: file.path,
        kind: facts.kind,
        bytes: file.bytes,
        sha256: file.sha256,
        is_cached: uploaded.isCached,
      },
      lines: [uploaded.url],
    });
  } finally {
    await bench.close();
  }
}
