import { Command, CommanderError } from 'commander';
import type { Context } from './cli/context.ts';
import {
  createRegister,
  subjectFor,
  talkFlagsFromArguments,
  type Register,
  type Session,
} from './cli/session.ts';
import { jobSubject, type Subject } from './cli/subject.ts';
import { authCommand } from './commands/auth.ts';
import { cancelCommand } from './commands/cancel.ts';
import { configCommand } from './commands/config.ts';
import { doctorCommand } from './commands/doctor.ts';
import { downloadCommand } from './commands/download.ts';
import { generationCommands } from './commands/generation-command.ts';
import { listCommand } from './commands/list.ts';
import { modelsCommand } from './commands/models.ts';
import { rerunCommand } from './commands/rerun.ts';
import { resumeCommand } from './commands/resume.ts';
import { sandboxCommand } from './commands/sandbox.ts';
import { showCommand } from './commands/show.ts';
import { statusCommand } from './commands/status.ts';
import { uploadCommand } from './commands/upload.ts';
import { waitCommand } from './commands/wait.ts';
import { exitCodesHelp } from './cli/exit-codes-help.ts';
import { foldHanging, foldLine } from './core/fold-text.ts';

/** Runs one command line. Gives the exit code; the only place where failures become words. */
export async function main(argv: readonly string[], context: Context): Promise<number> {
  const exitCode = await runCommand(argv, context);
  await context.io.flush();
  const failure = context.io.outFailure();
  if (failure === undefined) return exitCode;
  // A script that reads an empty document must not take it for success.
  context.io.err(`error: stdout cannot be written (${failure})`);
  await context.io.flush();
  return exitCode === 0 ? 1 : exitCode;
}

async function runCommand(argv: readonly string[], context: Context): Promise<number> {
  const session: Session = { context, exitCode: 0, talk: undefined, subjects: new Map() };
  const help: string[] = [];
  const program = createProgram(session, argv, (text) => help.push(text));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help')) {
      showHelp(context, help.join(''));
      return 0;
    }
    const [{ explain }, { createTalk }] = await Promise.all([
      import('./cli/explain.ts'),
      import('./cli/talk.ts'),
    ]);
    const talk =
      session.talk ??
      createTalk(context, talkFlagsFromArguments(argv), subjectOfArguments(program, argv, session));
    return talk.fail(explain(error, context, argv));
  } finally {
    session.talk?.close();
    if (session.talk !== undefined)
      await (await import('./actions/remind.ts')).remind(session.context, session.talk);
  }
}

const commands: Record<string, (register: Register) => Command> = {
  ...generationCommands,
  status: statusCommand,
  wait: waitCommand,
  download: downloadCommand,
  resume: resumeCommand,
  cancel: cancelCommand,
  rerun: rerunCommand,
  list: listCommand,
  show: showCommand,
  models: modelsCommand,
  upload: uploadCommand,
  auth: authCommand,
  config: configCommand,
  doctor: doctorCommand,
  sandbox: sandboxCommand,
};

/** The named command alone where there is one: declaring all of them takes longer than many a run. */
function wantedCommands([first = '']: readonly string[]) {
  if (first === '--version' || first === '-V') return [];
  const wanted = Object.hasOwn(commands, first) ? commands[first] : undefined;
  return wanted === undefined ? Object.values(commands) : [wanted];
}

/** What the command that was meant is about. */
function subjectOfArguments(program: Command, argv: readonly string[], session: Session): Subject {
  const find = (parent: Command, name: string | undefined) =>
    parent.commands.find((command) => command.name() === name);
  const first = find(program, argv[0]);
  const command = (first === undefined ? undefined : find(first, argv[1])) ?? first;
  const subject = command === undefined ? undefined : session.subjects.get(command);
  return command === undefined || subject === undefined ? jobSubject : subjectFor(command, subject);
}

/** Wider lines are hard to read, also where nobody said how wide they may be. */
const maxHelpWidth = 100;

function showHelp({ io }: Context, text: string): void {
  const width = Math.min(io.outWidth(), maxHelpWidth);
  io.page(
    text
      .replace(/\n$/u, '')
      .split('\n')
      .flatMap((line) => (line.startsWith('Usage:') ? foldHanging : foldLine)(line, width)),
  );
}

/** @param write takes help and version, piece by piece */
function createProgram(session: Session, argv: readonly string[], write: (text: string) => void): Command {
  const { version } = session.context;
  const register = createRegister(session);
  const program = new Command('wan')
    .description('Make videos with Alibaba’s Wan models: no paid second lost, paid twice, or a surprise.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showSuggestionAfterError()
    .enablePositionalOptions();
  for (const make of wantedCommands(argv)) program.addCommand(make(register));
  program.addHelpText('after', exitCodesHelp);
  prepare(program);
  return program;

  /** Neither exits nor prints errors by itself: that reaches every subcommand only when told to each. */
  function prepare(command: Command): void {
    let isHelp = false;
    command.exitOverride();
    command.configureOutput({
      writeOut: write,
      // Only a bare `wan` or `wan auth` writes here, and what it writes is the help that was wanted.
      writeErr: (text) => {
        isHelp ||= text.startsWith('Usage:');
        if (isHelp) write(text);
      },
      // Folded when all of it is there.
      getOutHelpWidth: () => Infinity,
      getErrHelpWidth: () => Infinity,
    });
    if (command !== program) command.helpOption('-h, --help', 'show help');
    command.commands.forEach(prepare);
  }
}
