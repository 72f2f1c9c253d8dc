import * as z from 'zod';
import { allModels, findModel, isOffered } from '../catalog/index.ts';
import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags } from '../cli/flags.ts';
import type { Talk } from '../cli/talk.ts';
import { UsageError } from '../core/errors.ts';
import { nearestName } from '../core/nearest-name.ts';
import { modes } from '../core/mode.ts';
import { providerIds } from '../core/model.ts';
import { parseRegion } from '../providers/region.ts';
import { parseProvider } from '../workflow/account.ts';
import { modelDocument } from './model-document.ts';
import { modelDetails, modelTable } from './model-lines.ts';

const shape = {
  ...connectionShape,
  mode: z.enum(modes, { error: `is not a mode; ${modes.join(', ')}` }).optional(),
};

/** `wan models`: the catalogue, without key or network. */
export async function runModels(
  { io }: Context,
  talk: Talk,
  input: { id: string | undefined; flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(shape, input.flags);
  const provider =
    flags.provider === undefined || flags.provider === 'sandbox' ? undefined : parseProvider(flags.provider);
  const region = flags.region === undefined ? undefined : parseRegion(flags.region);
  const { id } = input;
  const known = id === undefined ? allModels : providerIds.flatMap((name) => findModel(name, id) ?? []);
  const rows = known.filter(
    (model) =>
      (provider === undefined || model.provider === provider) &&
      (flags.mode === undefined || model.modes[flags.mode] !== undefined) &&
      (region === undefined || (model.regions !== undefined && isOffered(model, region))),
  );
  if (id !== undefined && rows.length === 0) {
    const meant = nearestName(
      id,
      allModels.map((model) => model.id),
    );
    throw new UsageError(`there is no model ${id} in the catalogue`, {
      hint:
        meant === undefined ? '`wan models` lists them' : `did you mean ${meant}? \`wan models\` lists them`,
    });
  }
  if (rows.length === 0) talk.notice('no model of the catalogue is that');
  const shown = flags.mode === undefined ? modes : [flags.mode];
  const width = io.outWidth();
  return talk.finish({
    value: rows.map(modelDocument),
    isPage: true,
    lines:
      id === undefined
        ? modelTable(rows, shown, width)
        : rows.flatMap((model, index) => [...(index === 0 ? [] : ['']), ...modelDetails(model, width)]),
  });
}
