import { UsageError } from '../core/errors.ts';
import type { ProviderId } from '../core/model.ts';
import type { Region } from '../core/region.ts';
import type { Protocol } from './protocol.ts';
import type { Upload } from './upload.ts';

/** A service reached with one base address and one key: its addresses, its variables, its dialect. Data only. */
export type Provider = {
  id: ProviderId;
  /** As people call it. */
  title: string;
  protocol: Protocol;
  /** How a local file gets to where the service can read it. */
  upload: Upload;
  /** Environment variables that hold its key; the first one set wins. */
  keyVariables: readonly string[];
  /** A variable that names a file with the key, and the file read when no variable is set (below HOME). */
  keyFile?: { variable: string; fallback: string };
  /** Environment variables that hold its base address; the first one set wins. */
  baseVariables: readonly string[];
  workspaceVariables: readonly string[];
  /** What every base ends in. */
  basePath: string;
  /** Endings that people paste along with a host. */
  baseSuffixes: readonly string[];
  /** What endpoints end in, cut off where somebody pasted a whole one. */
  endpoints: RegExp;
  /** The host of a service without regions. */
  host?: string;
  /** Hosts that serve every workspace of a region. */
  sharedHosts: Partial<Record<Region, string>>;
  /** The region's name in the hosts of single workspaces. */
  regionIds: Partial<Record<Region, string>>;
  workspaceDomain?: string;
  /** The header that names a workspace to a host that is not the workspace's own. */
  workspaceHeader?: string;
  /** Where in a body a field goes that is named without its path. */
  paramRoot: string;
  /** Where a person gets a key. */
  keyPage: string;
};

/** A workspace's own host. */
export function workspaceHost(provider: Provider, region: Region, workspace: string): string | undefined {
  const id = provider.regionIds[region];
  return id === undefined || provider.workspaceDomain === undefined
    ? undefined
    : `${workspace}.${id}.${provider.workspaceDomain}`;
}

/** The base of a region, once it is known. @throws {UsageError} where the region wants a workspace */
export function baseOfRegion(provider: Provider, region: Region, workspace: string | undefined): string {
  const host =
    workspace === undefined ? provider.sharedHosts[region] : workspaceHost(provider, region, workspace);
  if (host !== undefined) return `https://${host}${provider.basePath}`;
  throw new UsageError(`${region} has no host that serves every workspace`, {
    hint: '--workspace <id>: the id stands in the console beside the key',
  });
}

/** The region that one of the provider's own hosts belongs to. */
export function regionOfHost(provider: Provider, host: string): Region | undefined {
  const shared = Object.entries(provider.sharedHosts).find(([, own]) => own === host)?.[0];
  if (shared !== undefined) return shared as Region;
  const owner = Object.entries(provider.regionIds).find(([, id]) =>
    /^[a-z0-9][a-z0-9-]*$/u.test(labelBefore(host, `.${id}.${provider.workspaceDomain}`) ?? ''),
  )?.[0];
  return owner as Region | undefined;
}

/** True for the hosts that a stored key may go to: the provider's own, workspace hosts included. */
export function isOwnHost(provider: Provider, host: string): boolean {
  return host === provider.host || regionOfHost(provider, host) !== undefined;
}

function labelBefore(host: string, ending: string): string | undefined {
  return host.endsWith(ending) ? host.slice(0, -ending.length) : undefined;
}
