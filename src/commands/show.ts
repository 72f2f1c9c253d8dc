import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import type { Register } from '../cli/session.ts';
import { jobSubject, type Subject } from '../cli/subject.ts';

/** The same document; but to show a job that failed is no failure, and its error is the job's alone. */
const shownJob: Subject = { ...jobSubject };

export function showCommand(register: Register): Command {
  const command = newCommand('show', 'Show everything known of one job, without asking the service').argument(
    '<task>',
    'job id, task id, beginning or end of one, @last, or the video’s file',
  );
  command.addHelpText('after', '\nExamples:\n  wan show @last\n  wan show kitten.mp4');
  const run = register(command, shownJob, async () => (await import('../actions/show.ts')).runShow);
  return command.action((task: string, flags: Record<string, unknown>) => run({ task, flags }));
}
