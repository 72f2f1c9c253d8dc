/** A proxy as its variable names it. The address holds no user and no password: those are taken as typed. */
export type Proxy = { address: string; user: string; password: string };

/** Why a text names no proxy of ours. It is never quoted: it may hold a password. */
export type NoProxy = { fault: 'address' } | { fault: 'scheme'; scheme: string };

/** What `socks5h` adds, that the proxy looks the name up, is what we do for `socks5` too. */
const schemes: Record<string, string> = {
  http: 'http',
  https: 'https',
  socks: 'socks5',
  socks5: 'socks5',
  socks5h: 'socks5',
};

/** Reads a proxy as curl does: without a scheme it means http. */
export function readProxy(text: string): Proxy | NoProxy {
  const match = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:(.*)@)?([^@\s/?#]*[^@\s/?#:](?:[/?#][^@\s]*)?)$/isu.exec(
    text.trim(),
  );
  if (match === null) return { fault: 'address' };
  const [, asked = 'http', userinfo = '', place = ''] = match;
  if (!URL.canParse(`http://${place}`)) return { fault: 'address' };
  const scheme = Object.hasOwn(schemes, asked.toLowerCase()) ? schemes[asked.toLowerCase()] : undefined;
  if (scheme === undefined) return { fault: 'scheme', scheme: asked };
  const { hostname } = new URL(`http://${place}`);
  // Not of an http address: that would drop port 80.
  const { port } = new URL(`socks5://${place}`);
  const [, user = '', password = ''] = /^([^:]*)(?::(.*))?$/su.exec(userinfo) ?? [];
  return {
    address: `${scheme}://${hostname}${port === '' ? '' : `:${port}`}`,
    user: asTyped(user),
    password: asTyped(password),
  };
}

/** Percent-encoded where it makes sense, and else as it stands: a lone `%` is a `%`. */
function asTyped(text: string): string {
  return text.replaceAll(/(?:%[\da-f]{2})+/giu, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });
}

/** A variable by its name in small letters, or in capitals. */
export function pickVariable(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined {
  return env[name] || env[name.toUpperCase()] || undefined;
}

/** True where a proxy was meant for addresses of a kind, by a variable that is not read. */
export function hasUnreadProxy(env: Readonly<Record<string, string | undefined>>, protocol: string): boolean {
  const isSet = (name: string) => (pickVariable(env, name)?.trim() ?? '') !== '';
  return isSet('all_proxy') && !isSet(protocol === 'http:' ? 'http_proxy' : 'https_proxy');
}
