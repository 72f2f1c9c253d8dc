import path from 'node:path';
import { errorCode } from '../core/error-code.ts';
import type { ProviderId } from '../core/model.ts';
import { providers } from '../providers/index.ts';
import { parseRegion } from '../providers/region.ts';
import { stateError } from '../store/state-error.ts';
import type { Connection } from '../workflow/runtime.ts';
import type { Context } from './context.ts';

/** The service inside this command, and the connection to it. Its tasks are kept with the jobs. */
export async function startSandboxFor(
  context: Context,
  stateDirectory: string,
  provider: ProviderId,
  region: string | undefined,
  fingerprint: (text: string) => Promise<string>,
): Promise<{ connection: Connection; close: () => Promise<void> }> {
  const { startSandbox, defaultLatencyMs, defaultExpiryMs } = await import('../sandbox/server.ts');
  // First, because it fails in plain words where nothing can be kept.
  const ownFingerprint = await fingerprint(`sandbox\n${provider}`);
  const sandbox = await startSandbox({
    port: 0,
    directory: path.join(stateDirectory, 'sandbox'),
    latencyMs: defaultLatencyMs,
    expiryMs: defaultExpiryMs,
    faults: [],
    now: context.clock.now,
    ...(region === undefined ? {} : { region: parseRegion(region) }),
  }).catch((error: unknown) => {
    throw errorCode(error) === undefined
      ? error
      : stateError('keep the sandbox’s tasks', stateDirectory, error);
  });
  return {
    connection: {
      provider: providers[provider],
      profile: provider,
      region: 'sandbox',
      base: `${sandbox.origin}${providers[provider].basePath}`,
      // Its address is another one each time, and nobody else's: the record does not hold it.
      isCustomBase: true,
      workspace: undefined,
      key: 'sandbox-key',
      fingerprint: ownFingerprint,
    },
    close: sandbox.close,
  };
}
