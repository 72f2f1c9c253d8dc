import { findModel, modelsFor } from '../catalog/index.ts';
import { UsageError } from '../core/errors.ts';
import type { Extras } from '../core/extra.ts';
import type { Job } from '../core/job.ts';
import { rulesFor, type ProviderId } from '../core/model.ts';
import type { GenerationRequest } from '../core/request.ts';
import type { RerunModels } from '../core/rerun-wish.ts';

/**
 * The model that a recorded request goes to now: its own, unless another is named. Undefined where the service chose
 * it, and shall choose again.
 * @param asked where it goes, as far as that is known, and the model that was named
 * @throws {UsageError} where that provider has no such model: another is never bought in its place
 */
export function rerunModel(
  { provider: before }: Pick<Job, 'provider'>,
  request: GenerationRequest,
  asked: { provider: ProviderId | undefined; model: string | undefined },
): RerunModels & { model: string | undefined } {
  const provider = asked.provider ?? before;
  const { mode, vaceFunction } = request;
  const own = request.omitsModel === true ? undefined : request.model;
  const model = asked.model?.trim() ?? own;
  if (provider !== before && asked.model === undefined && own !== undefined) {
    if (findModel(provider, own)?.modes[mode] === undefined) {
      const [other] = modelsFor(provider, mode, undefined);
      throw new UsageError(`${provider} has no ${own} for ${mode}, with which the job was made`, {
        hint: other === undefined ? `leave out --provider ${provider}` : `-m ${other.id}`,
      });
    }
  }
  const row = findModel(before, request.model);
  const rules = row === undefined ? {} : (rulesFor(row, mode, vaceFunction).extras ?? {});
  const unasked: Extras = Object.fromEntries(
    Object.entries(rules).flatMap(([name, rule]) =>
      rule.isAlwaysSent === true && rule.default !== undefined ? [[name, rule.default]] : [],
    ),
  );
  return { model, isOther: provider !== before || model !== own, unasked };
}
