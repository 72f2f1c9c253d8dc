import type { Command } from 'commander';
import type { Context } from './context.ts';
import { addTalkOptions } from './options.ts';
import { dryRunSubject, type Subject, type SubjectOf } from './subject.ts';
import type { Talk } from './talk.ts';
import type { TalkFlags } from './talk-flags.ts';

/** A command's body. It gets its flags as typed, and gives the exit code. */
export type Action<Arguments extends unknown[]> = (
  context: Context,
  talk: Talk,
  ...values: Arguments
) => Promise<number>;

/** One run of the program: what was chosen, how to talk about it, and how it ended. */
export type Session = {
  context: Context;
  exitCode: number;
  talk: Talk | undefined;
  /** What each command's document is about, for mistakes found before the command runs. */
  subjects: Map<Command, SubjectOf>;
};

/** What a command's document is about, as far as its arguments have been read. */
export function subjectFor(command: Command, subject: SubjectOf): Subject {
  return typeof subject === 'function' ? subject(command) : subject;
}

/** What commands are declared with: their bodies are loaded when they run, not before. */
export type Register = <Arguments extends unknown[]>(
  command: Command,
  subject: SubjectOf,
  load: () => Promise<Action<Arguments>>,
) => (...values: Arguments) => Promise<void>;

export function createRegister(session: Session): Register {
  return (command, subject, load) => {
    session.subjects.set(command, subject);
    addTalkOptions(command);
    return async (...values) => {
      const { createTalk } = await import('./talk.ts');
      const flags = talkFlagsOf(command.opts());
      const about = command.opts()['dryRun'] === true ? dryRunSubject : subjectFor(command, subject);
      if (flags.print !== undefined) (await import('./print-field.ts')).checkPrint(flags.print, about);
      session.talk = createTalk(session.context, flags, about);
      await readEnvFile(session, command.opts(), (context) => createTalk(context, flags, about));
      const run = await load();
      session.exitCode = await run(session.context, session.talk, ...values);
    };
  };
}

/** First of all, because everything else may depend on it. */
async function readEnvFile(
  session: Session,
  { envFile, jobKey }: Record<string, unknown>,
  talkIn: (context: Context) => Talk,
): Promise<void> {
  if (typeof envFile !== 'string') return;
  const { openEnvFile } = await import('./env-file.ts');
  const flags = { envFile, jobKey: typeof jobKey === 'string' ? jobKey : undefined };
  const { context, notices } = await openEnvFile(session.context, flags);
  session.context = context;
  session.talk = talkIn(context);
  notices.forEach(session.talk.notice);
}

function talkFlagsOf(flags: Record<string, unknown>): TalkFlags {
  return {
    json: flags['json'] === true,
    jsonl: flags['jsonl'] === true,
    print: typeof flags['print'] === 'string' ? flags['print'] : undefined,
    quiet: flags['quiet'] === true,
    verbose: flags['verbose'] === true,
    color: flags['color'] !== false,
    input: flags['input'] !== false,
  };
}

/** How to tell a mistake on the command line, which is found before any command is chosen. */
export function talkFlagsFromArguments(argv: readonly string[]): TalkFlags {
  return talkFlagsOf({
    json: argv.includes('--json'),
    jsonl: argv.includes('--jsonl'),
    color: !argv.includes('--no-color'),
  });
}
