import { resolveAccount, type Account, type AccountSources } from '../../src/workflow/account.ts';

export const none: AccountSources = { flags: {}, env: {}, settings: {}, keyFile: () => undefined };

export function accountOf(sources: Partial<AccountSources>): Account {
  return resolveAccount({ ...none, ...sources });
}
