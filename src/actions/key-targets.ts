import type { ConnectionFlags, Workbench } from '../cli/workbench.ts';
import { providerIds, type ProviderId } from '../core/model.ts';
import { parseProvider } from '../workflow/account.ts';

/** A key to look at. */
export type KeyTarget = { provider: ProviderId; profile: string | undefined };

/** Every provider's usual key, and every named profile's. */
export function keyTargets(bench: Workbench, flags: ConnectionFlags): KeyTarget[] {
  const stored = Object.entries(bench.settings.profiles ?? {});
  const usual = providerIds.map((provider) => ({ provider, profile: undefined }));
  const named = stored
    .filter(([name, profile]) => profile.key !== undefined && name !== profile.provider)
    .map(([name, profile]) => ({ provider: profile.provider, profile: name }));
  const wanted = flags.provider === undefined ? undefined : parseProvider(flags.provider);
  if (flags.profile !== undefined) {
    const { provider } = bench.account(flags);
    return [{ provider: provider.id, profile: flags.profile }];
  }
  return [...usual, ...named].filter(({ provider }) => wanted === undefined || provider === wanted);
}
