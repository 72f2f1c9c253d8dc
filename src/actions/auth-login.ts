import * as z from 'zod';
import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags } from '../cli/flags.ts';
import { askHidden } from '../cli/ask-hidden.ts';
import { readStdin } from '../cli/read-prompt.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench } from '../cli/workbench.ts';
import { cleanKey, isKey } from '../core/clean-key.ts';
import { decodeLoosely } from '../core/decode-text.ts';
import { AuthError, NetworkError, UsageError } from '../core/errors.ts';
import { providerIds } from '../core/model.ts';
import type { Profile } from '../core/settings.ts';
import { providers } from '../providers/index.ts';
import type { Provider } from '../providers/provider.ts';
import { notKey, parseProvider } from '../workflow/account.ts';
import { checkKey, connect } from '../workflow/connection.ts';
import { findOtherRegion, regionHint } from '../workflow/region-hint.ts';

const shape = { ...connectionShape, apiKeyStdin: z.boolean().default(false) };

/** `wan auth login`: a key is stored only after a free call has shown that it is good, where there is one. */
export async function runLogin(
  context: Context,
  talk: Talk,
  input: { flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(shape, input.flags);
  const bench = await openWorkbench(context, talk);
  try {
    if (flags.sandbox === true || flags.provider === 'sandbox') {
      throw new UsageError('the sandbox needs no key', { hint: 'wan t2v "…" --sandbox' });
    }
    const known =
      flags.profile === undefined ? undefined : bench.settings.profiles?.[flags.profile]?.provider;
    const provider =
      providers[flags.provider === undefined ? (known ?? 'dashscope') : parseProvider(flags.provider)];
    const name = flags.profile ?? provider.id;
    checkProfileName(name, provider, bench.settings.profiles?.[name]);
    const key = await readKey(context, talk, provider, flags.apiKeyStdin);
    context.secrets.add(key);

    // The new key takes the environment's place, and no stored address stands in its way: what is checked is stored.
    const variables = Object.fromEntries(provider.keyVariables.map((variable) => [variable, undefined]));
    const env = {
      ...bench.env,
      ...variables,
      WAN_PROFILE: undefined,
      [provider.keyVariables[0] ?? '']: key,
    };
    const account = bench.account({ ...flags, provider: provider.id, profile: undefined }, env, {});
    const connection = await connect({ ...account, profile: name, notices: [] }, bench.connectionTools);
    const answer = await checkKey(connection, bench.connectionTools.send);
    if (answer.kind === 'refused') {
      const other = await findOtherRegion(connection, bench.connectionTools.send);
      throw new AuthError(`${provider.title} refuses the key: ${answer.reason}`, {
        code: answer.code,
        requestId: answer.requestId,
        hint:
          other === undefined
            ? 'copy the key again; it belongs to one region (--region)'
            : regionHint(connection, other),
      });
    }
    if (answer.kind === 'inconclusive') {
      throw new NetworkError(`the key could not be checked, so it was not stored: ${answer.reason}`, {
        hint: 'try again, or check the address (--base-url)',
        retryable: true,
      });
    }
    const origin = new URL(connection.base).origin;
    const region = connection.region === 'sandbox' ? undefined : connection.region;
    await bench.settingsStore.change((settings) => {
      const {
        region: _r,
        base_url: _b,
        workspace: _w,
        ...kept
      } = settings.profiles?.[name] ?? { provider: provider.id };
      const profile: Profile = {
        ...kept,
        provider: provider.id,
        key,
        key_origin: origin,
        ...(region === undefined ? {} : { region }),
        ...(connection.isCustomBase ? { base_url: connection.base } : {}),
        ...(connection.workspace === undefined ? {} : { workspace: connection.workspace }),
      };
      return { ...settings, profiles: { ...settings.profiles, [name]: profile } };
    });
    const where = region ?? origin;
    return talk.finish({
      value: {
        profile: name,
        provider: provider.id,
        region: region ?? null,
        origin,
        is_checked: answer.kind === 'good',
        path: bench.settingsStore.path,
      },
      lines: [
        answer.kind === 'unchecked'
          ? `stored, not checked: the key of ${provider.title} (${where}) as profile ${name}; the service has no free call for it`
          : `stored the key of ${provider.title} (${where}) as profile ${name}`,
      ],
    });
  } finally {
    await bench.close();
  }
}

function checkProfileName(name: string, provider: Provider, present: Profile | undefined): void {
  if (!/^[\w.-]{1,64}$/u.test(name)) {
    throw new UsageError(`--profile ${name}: letters, digits, dots, - and _ only`, { hint: '--profile cn' });
  }
  const owner = present?.provider ?? providerIds.find((id) => id === name);
  if (owner !== undefined && owner !== provider.id) {
    throw new UsageError(`the profile ${name} is one of ${owner}`, {
      hint: 'choose another name with --profile',
    });
  }
}

async function readKey(
  context: Context,
  talk: Talk,
  provider: Provider,
  fromStdin: boolean,
): Promise<string> {
  const hint = `printf %s "$KEY" | wan auth login --provider ${provider.id} --api-key-stdin`;
  let text: string;
  if (fromStdin) {
    text = decodeLoosely(await readStdin(context)) ?? '\0';
  } else {
    if (!context.io.canPrompt || !talk.flags.input) {
      throw new UsageError('there is no terminal to ask for the key', { hint });
    }
    text = await askHidden(context, `Key of ${provider.title} (from ${provider.keyPage}): `);
  }
  const key = cleanKey(text);
  if (key === '') throw new AuthError('no key was given', { hint });
  if (!isKey(key)) throw notKey('that was given');
  if (key.length < 6 || key.length > 500) {
    throw new AuthError('that does not look like a key', { hint: 'copy it again' });
  }
  return key;
}
