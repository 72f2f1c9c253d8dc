import { sandboxProvider, type ConnectionFlags, type Workbench } from '../cli/workbench.ts';
import { NoKeyError, UsageError, type WanError } from '../core/errors.ts';
import type { Account } from '../workflow/account.ts';
import { failure, ok, warning, type Finding } from '../workflow/finding.ts';
import { examineKey, examineService, type KeyHealth } from '../workflow/key-health.ts';
import { judgeClock } from '../workflow/machine-health.ts';
import { keyTargets, type KeyTarget } from './key-targets.ts';

/** The keys that are there, where each belongs, whether its service takes it, and what time it is there. */
export async function checkKeys(
  bench: Workbench,
  flags: ConnectionFlags,
  now: () => number,
): Promise<Finding[]> {
  if (sandboxProvider(flags, bench.env) !== undefined) {
    return tell([], [await examineSandbox(bench, flags, now)]);
  }
  const { accounts, failures } = findAccounts(bench, flags);
  const health = await Promise.all(
    accounts.map((account) => examineKey(account, bench.connectionTools, now)),
  );
  return tell([...choice(bench, flags, accounts), ...failures], health);
}

/** One kind of line after the other, whatever the number of keys. */
function tell(first: readonly Finding[], health: readonly KeyHealth[]): Finding[] {
  const all = [
    ...health.map(({ key }) => key),
    ...health.map(({ region }) => region),
    ...health.map(({ service }) => service),
  ];
  const skews = health.flatMap(({ service, skewMs }) =>
    skewMs === undefined ? [] : [{ of: String(service?.details['provider']), skewMs }],
  );
  return [...first, ...all.filter((finding) => finding !== undefined), judgeClock(skews)];
}

async function examineSandbox(
  bench: Workbench,
  flags: ConnectionFlags,
  now: () => number,
): Promise<KeyHealth> {
  const key = ok('key', 'the sandbox needs none', { source: null });
  try {
    const connection = await bench.connection(flags);
    const { service, skewMs } = await examineService(
      connection,
      { key: { source: 'the sandbox' }, notices: [] },
      bench.connectionTools.send,
      now,
    );
    return { key, region: ok('region', 'sandbox', { region: 'sandbox' }), service, skewMs };
  } catch (error) {
    return { key, service: failure('service', error) };
  }
}

function findAccounts(bench: Workbench, flags: ConnectionFlags) {
  const accounts: Account[] = [];
  const failures: Finding[] = [];
  for (const target of targetsOf(bench, flags)) {
    try {
      const account = bench.account({ ...flags, ...target });
      const { provider, profile, key } = account;
      // The profile in use is the usual one and a named one at once.
      const isSeen = accounts.some((other) => other.profile === profile && other.provider === provider);
      if (isSeen) continue;
      const isBeaten = !key.isStored && bench.settings.profiles?.[profile]?.key !== undefined;
      const unused = isBeaten ? [...account.unused, `profile ${profile}`] : account.unused;
      accounts.push({ ...account, unused });
    } catch (error) {
      // A provider without a key is not one too few.
      if (error instanceof NoKeyError && target.profile === undefined) continue;
      failures.push(failure('key', error, { provider: target.provider, profile: target.profile ?? null }));
    }
  }
  return { accounts, failures };
}

function targetsOf(bench: Workbench, flags: ConnectionFlags): KeyTarget[] {
  try {
    return keyTargets(bench, flags);
  } catch (error) {
    // A profile that is not there: the choice below says so.
    if (error instanceof UsageError || error instanceof NoKeyError) return [];
    throw error;
  }
}

/** Which key a command without flags would take. */
function choice(bench: Workbench, flags: ConnectionFlags, accounts: readonly Account[]): Finding[] {
  try {
    const { provider, profile } = bench.account(flags);
    return [
      ok('provider', `${provider.id}, profile ${profile}`, { provider: provider.id, profile, others: [] }),
    ];
  } catch (error) {
    if (error instanceof NoKeyError) return [failure(accounts.length === 0 ? 'key' : 'provider', error)];
    const isOpen =
      error instanceof UsageError &&
      accounts.length > 1 &&
      flags.provider === undefined &&
      flags.profile === undefined &&
      (bench.env['WAN_PROVIDER'] ?? '').trim() === '';
    if (!isOpen) return [failure('provider', error, { provider: null })];
    const { message, hint } = error as WanError;
    return [warning('provider', message, hint ?? '--provider', { provider: null, profile: null })];
  }
}
