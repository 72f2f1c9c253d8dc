import type { Command } from 'commander';

/** What a command's document is about: `{schema, ok, [noun], error}`. */
export type Subject = { schema: string; noun: string };

/** A command's subject, where what was typed decides between one job and several. */
export type SubjectOf = Subject | ((command: Command) => Subject);

export const jobSubject: Subject = { schema: 'wan.job/1', noun: 'job' };
export const jobsSubject: Subject = { schema: 'wan.jobs/1', noun: 'jobs' };

/** For commands that take any number of jobs: one of them keeps the shape of one. */
export const byOperands = ({ args }: Command): Subject => (args.length > 1 ? jobsSubject : jobSubject);

/** For commands that make videos. */
export const byCount = (command: Command): Subject =>
  Number(command.opts()['count'] ?? 1) > 1 ? jobsSubject : jobSubject;

/** The document of a command that is not about jobs. */
export function subjectOf(command: string, noun: string): Subject {
  return { schema: `wan.${command}/1`, noun };
}

/** What a command that makes a video prints instead, with `--dry-run`. */
export const dryRunSubject: Subject = subjectOf('dry-run', 'dry_run');
