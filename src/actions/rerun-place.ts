import type { ConnectionFlags, Workbench } from '../cli/workbench.ts';
import { NoKeyError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { providerIds, type ProviderId } from '../core/model.ts';
import { parseRegion } from '../providers/region.ts';

/** Where a job is made again. */
export type RerunPlace = {
  /** Its connections lead to the job's own place, unless flags name another. */
  bench: Workbench;
  /** Undefined where only the connection will tell. */
  provider: ProviderId | undefined;
};

/** The place that a job's record names, as far as the flags leave it at that. */
export function rerunPlace(bench: Workbench, job: Job, flags: ConnectionFlags): RerunPlace {
  const isSandboxAlias = flags.provider?.trim().toLowerCase() === 'sandbox';
  const named = isSandboxAlias ? { ...flags, sandbox: true, provider: undefined } : flags;
  return isElsewhere(job, named) ? elsewhere(bench, job, named) : sameAgain(bench, job);
}

/** Whether flags name another provider, key, region or address. */
function isElsewhere(job: Job, { provider, profile, region, baseUrl, sandbox }: ConnectionFlags): boolean {
  const isOther = provider !== undefined && provider.trim().toLowerCase() !== job.provider;
  if (job.region === 'sandbox') {
    // What was free stays so unless somebody names who is to be paid.
    const isPaid = provider !== undefined && sandbox !== true;
    return isPaid || isOther || profile !== undefined || baseUrl !== undefined;
  }
  return (
    sandbox === true ||
    baseUrl !== undefined ||
    isOther ||
    (profile !== undefined && profile !== job.profile) ||
    (region !== undefined && parseRegion(region) !== job.region)
  );
}

function sameAgain(bench: Workbench, job: Job): RerunPlace {
  const { provider } = job;
  const offline: Workbench['connectionOffline'] = async (asked) => {
    if (job.region === 'sandbox') return bench.connectionOffline({ ...asked, sandbox: true, provider });
    try {
      return { connection: await bench.connectionOf(job, asked), notices: [] };
    } catch (error) {
      if (!(error instanceof NoKeyError)) throw error;
      return bench.connectionOffline({
        ...asked,
        provider,
        recordedProfile: job.profile,
        region: asked.region ?? job.region ?? undefined,
        workspace: asked.workspace ?? job.workspace ?? undefined,
      });
    }
  };
  const connection: Workbench['connection'] = (asked) => bench.connectionOf(job, asked);
  return { bench: { ...bench, connection, connectionOffline: offline }, provider };
}

function elsewhere(bench: Workbench, job: Job, named: ConnectionFlags): RerunPlace {
  const { profile } = named;
  const text = named.provider?.trim().toLowerCase() ?? (profile === undefined ? job.provider : undefined);
  const ofProfile =
    profile === undefined ? undefined : (bench.settings.profiles?.[profile]?.provider ?? profile);
  const provider = providerIds.find((id) => id === (text ?? ofProfile));
  const fill = <Flags extends ConnectionFlags>(asked: Flags): Flags => ({
    ...asked,
    sandbox: named.sandbox,
    provider: text,
    ...(profile === undefined && provider === job.provider && named.sandbox !== true
      ? { recordedProfile: job.profile }
      : {}),
  });
  return {
    bench: {
      ...bench,
      connection: (asked) => bench.connection(fill(asked)),
      connectionOffline: (asked) => bench.connectionOffline(fill(asked)),
    },
    provider,
  };
}
