import { connectionShape, readFlags } from '../cli/flags.ts';
import type { Context } from '../cli/context.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench, type Workbench } from '../cli/workbench.ts';
import { AuthError, NetworkError, WanError } from '../core/errors.ts';
import { providerIds, type ProviderId } from '../core/model.ts';
import { parseProvider } from '../workflow/account.ts';
import { checkKey, connect, type KeyAnswer } from '../workflow/connection.ts';

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
  const bench = await openWorkbench(context, talk, flags);
  try {
    const asked = flags.provider === undefined ? undefined : parseProvider(flags.provider);
    const profiles = Object.entries(bench.settings.profiles ?? {})
      .filter(([name, profile]) => profile.key !== undefined && name !== profile.provider)
      .map(([name]) => name);
    const targets =
      flags.profile !== undefined
        ? [{ profile: flags.profile }]
        : [...providerIds.map((provider) => ({ provider })), ...profiles.map((profile) => ({ profile }))];
    const rows: Row[] = [];
    for (const target of targets) {
      const row = await look(bench, { ...flags, ...target });
      if (row !== undefined && (asked === undefined || row.provider === asked)) rows.push(row);
    }
    return talk.finish({ value: rows, lines: rows.map(describe), error: verdict(rows) });
  } finally {
    await bench.close();
  }
}

async function look(bench: Workbench, flags: Parameters<Workbench['account']>[0]): Promise<Row | undefined> {
  const account = accountOrNothing(bench, flags);
  if (account === undefined) return undefined;
  const base = { provider: account.provider.id, profile: account.profile, source: account.key.source };
  try {
    const connection = await connect(account, bench.connectionTools);
    const answer = await checkKey(connection, bench.connectionTools.send);
    return {
      ...base,
      region: connection.region ?? null,
      origin: new URL(connection.base).origin,
      state: answer.kind,
      reason: answer.kind === 'good' ? null : answer.reason,
    };
  } catch (error) {
    if (!(error instanceof WanError)) throw error;
    const state = error.class === 'auth' ? 'refused' : 'inconclusive';
    return { ...base, region: account.region ?? null, origin: null, state, reason: error.message };
  }
}

/** A provider without a key is no failure here, only one row fewer. */
function accountOrNothing(bench: Workbench, flags: Parameters<Workbench['account']>[0]) {
  try {
    return bench.account(flags);
  } catch (error) {
    if (error instanceof AuthError && flags.profile === undefined) return undefined;
    throw error;
  }
}

function describe(row: Row): string {
  const state = row.state === 'good' ? 'good' : row.state === 'refused' ? 'REFUSED' : 'not checked';
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
