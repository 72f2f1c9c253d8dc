import { cleanKey } from '../core/clean-key.ts';
import type { Settings } from '../core/settings.ts';
import { providers } from '../providers/index.ts';
import { createSettingsStore } from '../store/settings.ts';
import { readKeyFile } from './account-sources.ts';
import type { Context, Environment } from './context.ts';

/** Every key that could slip out of this run, also those that it does not use. */
export function learnKeys(context: Context, env: Environment, settings: Settings): void {
  const learn = (text: string | undefined) => {
    if (text === undefined) return;
    context.secrets.add(text.trim());
    context.secrets.add(cleanKey(text));
  };
  for (const { key } of Object.values(settings.profiles ?? {})) learn(key);
  for (const provider of Object.values(providers)) {
    const { upload, keyVariables } = provider;
    const uploadKeys = upload.kind === 'form' ? upload.keyVariables : [];
    for (const name of [...keyVariables, ...uploadKeys]) learn(env[name]);
    for (const which of ['variable', 'fallback'] as const) {
      try {
        learn(readKeyFile(context, env, provider, which));
      } catch {
        // Whoever needs a key from there says so.
      }
    }
  }
}

/** The same for commands that need no key, and go without settings where those cannot be read. */
export async function learnAllKeys(context: Context, notice: (message: string) => void): Promise<void> {
  const settings = await readSettings(context, notice).catch((): Settings => ({}));
  learnKeys(context, context.env, settings);
}

async function readSettings(context: Context, notice: (message: string) => void): Promise<Settings> {
  const sleep = (ms: number) => context.clock.sleep(ms, context.signal);
  return createSettingsStore(context.configDirectory(), notice, sleep).read();
}
