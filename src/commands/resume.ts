import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { addConnectionOptions, addSavingOptions, addWaitingOptions, option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { jobsSubject } from '../cli/subject.ts';

export function resumeCommand(register: Register): Command {
  const command = newCommand('resume', 'Finish what was left: find out, wait, save; soonest-expiring first')
    .argument('[task...]', 'job ids or task ids')
    .option('--all', 'everything unfinished that no other wan is working on')
    .option('--send-prepared', 'with --all: also send jobs that were prepared and never sent')
    .addOption(
      option('--adopt <task-id>', 'this task of the service is the job’s, as you have found out yourself'),
    )
    .option(
      '--resubmit',
      'look for an unconfirmed job, and send it once more where it is not; costs another video',
    )
    .option('--give-up', 'look for the job no more: it becomes expired, and may have been billed');
  addWaitingOptions(command);
  addSavingOptions(command);
  addConnectionOptions(command);
  command.addHelpText(
    'after',
    '\nExamples:\n  wan resume --all\n  wan resume 1T3K9QW7A2BC --adopt 0385dc79-5ff8-4d82-bcb6-d2b4c1a5e7f0',
  );
  const run = register(command, jobsSubject, async () => (await import('../actions/resume.ts')).runResume);
  return command.action((tasks: string[], flags: Record<string, unknown>) => run({ tasks, flags }));
}
