import { connectionShape, readFlags } from '../cli/flags.ts';
import type { Context } from '../cli/context.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench, type ConnectionFlags, type Workbench } from '../cli/workbench.ts';
import { AuthError, NetworkError, NoKeyError, WanError } from '../core/errors.ts';
import type { ProviderId } from '../core/model.ts';
import { checkKey, connect, type KeyAnswer } from '../workflow/connection.ts';
import { keyTargets, type KeyTarget } from './key-targets.ts';

type Row = {
  provider: ProviderId;
  profile: string;
  source: string;
  region: string | null;
  origin: string | null;
  state: KeyAnswer['kind'];
  reason: string | null;
};

/** `wan auth status`: which keys are there, where they come from, and whether their services take them. */
export async function runAuthStatus(
  context: Context,
  talk: Talk,
  input: { flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(connectionShape, input.flags);
  const bench = await openWorkbench(context, talk);
  try {
    const rows: Row[] = [];
    for (const target of keyTargets(bench, flags)) {
      const row = await look(bench, flags, target, rows);
      if (row !== undefined) rows.push(row);
    }
    return talk.finish({ value: rows, lines: rows.map(describe), isProse: true, error: verdict(rows) });
  } finally {
    await bench.close();
  }
}

async function look(
  bench: Workbench,
  flags: ConnectionFlags,
  target: KeyTarget,
  seen: readonly Row[],
): Promise<Row | undefined> {
  const row = { provider: target.provider, profile: target.profile ?? target.provider, source: 'nowhere' };
  let region: string | null = null;
  try {
    const account = bench.account({ ...flags, ...target });
    Object.assign(row, { profile: account.profile, source: account.key.source });
    // The profile in use is the usual one and a named one at once.
    if (seen.some((other) => other.profile === account.profile && other.provider === row.provider))
      return undefined;
    region = account.region ?? null;
    const connection = await connect(account, bench.connectionTools);
    const answer = await checkKey(connection, bench.connectionTools.send);
    return {
      ...row,
      region: connection.region ?? null,
      origin: new URL(connection.base).origin,
      state: answer.kind,
      reason: 'reason' in answer ? answer.reason : null,
    };
  } catch (error) {
    // A provider without a key is no failure here, only one row fewer.
    if (error instanceof NoKeyError && target.profile === undefined) return undefined;
    if (!(error instanceof WanError)) throw error;
    const state = error.class === 'auth' ? 'refused' : 'inconclusive';
    return { ...row, region, origin: null, state, reason: error.message };
  }
}

const stateWords: Record<Row['state'], string> = {
  good: 'good',
  refused: 'REFUSED',
  inconclusive: 'not checked',
  unchecked: 'stored, not checked',
};

function describe(row: Row): string {
  const isStored = row.source.startsWith('profile ');
  const state = row.state === 'unchecked' && !isStored ? 'not checked' : stateWords[row.state];
  const place = row.region ?? row.origin ?? '';
  return [row.provider, `profile ${row.profile}`, `key from ${row.source}`, place, state, row.reason ?? '']
    .filter((part) => part !== '')
    .join('  ');
}

function verdict(rows: readonly Row[]): WanError | undefined {
  if (rows.length === 0) {
    return new AuthError('no key was found', { hint: 'wan auth login --provider dashscope' });
  }
  const refused = rows.find((row) => row.state === 'refused');
  if (refused !== undefined) {
    return new AuthError(`the key from ${refused.source} is refused: ${refused.reason}`, {
      hint: `wan auth login --provider ${refused.provider}`,
    });
  }
  const unknown = rows.find((row) => row.state === 'inconclusive');
  return unknown === undefined
    ? undefined
    : new NetworkError(`the key from ${unknown.source} could not be checked: ${unknown.reason}`, {
        hint: 'try again',
      });
}
