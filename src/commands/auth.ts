import { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { addConnectionOptions, option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { subjectOf } from '../cli/subject.ts';

const subject = subjectOf('auth', 'auth');

export function authCommand(register: Register): Command {
  const login = newCommand('login', 'Check a key and store it').option(
    '--api-key-stdin',
    'read the key from stdin',
  );
  addConnectionOptions(login);
  login.addHelpText(
    'after',
    '\nExample:\n  printf %s "$KEY" | wan auth login --provider dashscope --api-key-stdin',
  );
  const runLogin = register(login, subject, async () => (await import('../actions/auth-login.ts')).runLogin);
  login.action((flags: Record<string, unknown>) => runLogin({ flags }));

  const status = newCommand('status', 'Show which keys are there, and whether they are good');
  addConnectionOptions(status);
  const runStatus = register(
    status,
    subject,
    async () => (await import('../actions/auth-status.ts')).runAuthStatus,
  );
  status.action((flags: Record<string, unknown>) => runStatus({ flags }));

  const logout = newCommand('logout', 'Forget a stored key');
  logout
    .addOption(option('--provider <name>', 'dashscope, acedata or sinancode'))
    .addOption(option('--profile <name>', 'a named one'));
  const runLogout = register(
    logout,
    subject,
    async () => (await import('../actions/auth-logout.ts')).runLogout,
  );
  logout.action((flags: Record<string, unknown>) => runLogout({ flags }));

  return new Command('auth')
    .summary('Store, check and forget keys')
    .description('Store, check and forget keys')
    .addCommand(login)
    .addCommand(status)
    .addCommand(logout);
}
