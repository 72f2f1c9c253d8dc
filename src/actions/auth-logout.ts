import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags } from '../cli/flags.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench } from '../cli/workbench.ts';
import { UsageError } from '../core/errors.ts';
import { providers } from '../providers/index.ts';
import { parseProvider } from '../workflow/account.ts';

/** `wan auth logout`: forgets stored keys, and names those that remain in the environment. */
export async function runLogout(
  context: Context,
  talk: Talk,
  input: { flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(connectionShape, input.flags);
  const bench = await openWorkbench(context, talk);
  try {
    const stored = Object.entries(bench.settings.profiles ?? {}).filter(
      ([, profile]) => profile.key !== undefined,
    );
    const provider = flags.provider === undefined ? undefined : parseProvider(flags.provider);
    const chosen = stored.filter(
      ([name, profile]) =>
        (flags.profile === undefined || name === flags.profile) &&
        (provider === undefined || profile.provider === provider) &&
        (flags.profile !== undefined || provider === undefined || name === provider),
    );
    const [first, second] = chosen;
    if (first === undefined) throw new UsageError('there is no such stored key', { hint: 'wan auth status' });
    if (second !== undefined) {
      throw new UsageError(
        `there are ${chosen.length} stored keys: ${chosen.map(([name]) => name).join(', ')}`,
        {
          hint: `wan auth logout --profile ${first[0]}`,
        },
      );
    }
    const [name, profile] = first;
    await bench.settingsStore.change((settings) => {
      const { key: _key, key_origin: _origin, ...rest } = settings.profiles?.[name] ?? profile;
      return { ...settings, profiles: { ...settings.profiles, [name]: rest } };
    });
    const left = providers[profile.provider].keyVariables.find(
      (variable) => (bench.env[variable] ?? '') !== '',
    );
    if (left !== undefined) talk.notice(`${left} is still set in the environment`);
    return talk.finish({
      value: { profile: name, provider: profile.provider },
      lines: [`forgot the key of profile ${name}`],
    });
  } finally {
    await bench.close();
  }
}
