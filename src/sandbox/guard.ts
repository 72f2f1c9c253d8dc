import type { IncomingMessage } from 'node:http';
import { isLoopbackHost } from './loopback.ts';
import { Refused } from './reply.ts';
import type { RequestTarget } from './request-target.ts';

/**
 * Keeps web pages out: a browser names the page a request comes from, and a name that an attacker's DNS points at
 * this machine still shows in `Host`. Undefined for everything else.
 * @param publicUrl the address under which it may be reached besides
 */
export function guardRequest(
  request: IncomingMessage,
  target: RequestTarget,
  publicUrl: string | undefined,
): Refused | undefined {
  if (request.headers.origin !== undefined) {
    return new Refused(
      403,
      'AccessDenied',
      'The sandbox does not answer web pages (the request has an Origin header).',
    );
  }
  const hosts = [request.headers.host ?? '', ...(target.authority === undefined ? [] : [target.authority])];
  const named = publicUrl === undefined ? undefined : new URL(publicUrl).hostname;
  const isPublic = (host: string) => named !== undefined && hostnameOf(host) === named;
  if (hosts.every((host) => isLoopbackAuthority(host) || isPublic(host))) return undefined;
  return new Refused(
    403,
    'AccessDenied',
    'The sandbox answers on 127.0.0.1 and localhost only (see the Host header).',
  );
}

function isLoopbackAuthority(authority: string): boolean {
  return isLoopbackHost(hostnameOf(authority) ?? '');
}

function hostnameOf(authority: string): string | undefined {
  return /^(\[[0-9a-f:]+\]|[\w.-]+)(?::\d{1,5})?$/iu.exec(authority)?.[1]?.toLowerCase();
}
