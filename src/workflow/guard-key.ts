import { AuthError } from '../core/errors.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import type { Profile } from '../core/settings.ts';
import { isOwnHost, type Provider } from '../providers/provider.ts';

/**
 * A stored key goes to the provider's own hosts and to the origin it was stored for, nowhere else; an
 * environment key goes where the user says, and that is said back.
 */
export function guardKey(
  provider: Provider,
  key: { source: string; isStored: boolean },
  profile: Profile | undefined,
  base: string,
  notices: string[],
): void {
  const url = new URL(base);
  if (isOwnHost(provider, url.host)) return;
  if (!key.isStored) {
    if (!isLoopbackHost(url.hostname)) {
      notices.push(
        `the key from ${key.source} is sent to ${url.host}, which is not one of ${provider.title}`,
      );
    }
    return;
  }
  if (profile?.key_origin === url.origin) return;
  throw new AuthError(`the stored key of ${key.source} is not for ${url.host}, so it is not sent there`, {
    hint: `wan auth login --provider ${provider.id} --base-url ${base}, or set ${provider.keyVariables[0]}`,
  });
}
