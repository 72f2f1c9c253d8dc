import type { Command, Option } from 'commander';
import { newCommand } from '../cli/command.ts';
import { option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { jobsSubject } from '../cli/subject.ts';

export function listCommand(register: Register): Command {
  const command = newCommand('list', 'List local jobs, newest first')
    .optionsGroup('Which:')
    .addOption(
      repeatable(
        '--status <status>',
        'prepared, submitting, unconfirmed, queued, running, succeeded, failed, canceled, expired; repeatable, or with commas',
      ),
    )
    .addOption(repeatable('--mode <mode>', 't2v, i2v, kf2v, r2v, vace, edit, extend, animate, s2v; likewise'))
    .addOption(repeatable('--model <id>', 'such as wan2.6-t2v; likewise'))
    .addOption(repeatable('--provider <name>', 'dashscope, acedata, sinancode, sandbox; likewise'))
    .addOption(option('--since <time>', '24h, 7d, 2w, a day (2026-11-20) or an ISO time'))
    .addOption(option('--limit <count>', 'how many (default: 20)'))
    .option('--all', 'all of them');
  command.addHelpText('after', '\nExample:\n  wan list --status failed,expired --since 7d');
  const run = register(command, jobsSubject, async () => (await import('../actions/list.ts')).runList);
  return command.action((flags: Record<string, unknown>) => run({ flags }));
}

/** A flag that may be given several times. */
function repeatable(flags: string, text: string): Option {
  const made = option(flags, text);
  const check = made.parseArg;
  return made.argParser((typed: string, before: string[] | undefined) => [
    ...(before ?? []),
    check === undefined ? typed : String(check(typed, undefined)),
  ]);
}
