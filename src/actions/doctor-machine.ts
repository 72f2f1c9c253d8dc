import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, lstat, realpath, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Context, Environment } from '../cli/context.ts';
import { UsageError, WanError } from '../core/errors.ts';
import { createDispatchers } from '../net/dispatchers.ts';
import { createSettingsStore } from '../store/settings.ts';
import { requireStateDirectory } from '../store/state-directory.ts';
import { ok, warning, type Check, type Finding } from '../workflow/finding.ts';
import { describeProxies, judgeFreeSpace, judgeNode } from '../workflow/machine-health.ts';
import { checkTarget } from '../workflow/output-target.ts';
import { findPrograms, startsScript } from './find-program.ts';

/** What can be looked at without any service, before settings and keys are opened. */
export function machineChecks(context: Context, env: Environment): Check[] {
  return [
    { name: 'node', run: () => judgeNode(context.self.nodeVersion) },
    { name: 'wan', run: () => checkSelf(context) },
    { name: 'path', run: () => checkPath(context) },
    { name: 'proxy', run: () => checkProxy(env) },
    { name: 'settings', run: () => checkSettings(context) },
    { name: 'state', run: () => checkState(context.stateDirectory()) },
  ];
}

/** @param directory made absolute */
export function outputChecks(context: Context, directory: () => string): Check[] {
  return [
    { name: 'output', run: () => checkOutput(directory()) },
    { name: 'ffmpeg', run: () => checkFfmpeg(context) },
  ];
}

async function checkSelf({ version, self }: Context): Promise<Finding> {
  const script = await realpath(self.script);
  return ok('wan', `${version} from ${script}`, { version, path: script, node_path: self.node });
}

/** AceData's Python package installs a `wan` too. Another one is never run, only named. */
async function checkPath({ env, self }: Context): Promise<Finding> {
  const programs = await findPrograms('wan', env);
  const isOurs = await Promise.all(programs.map((file) => startsScript(file, self.script)));
  const others = programs.filter((_, index) => isOurs[index] !== true);
  const details = { found: programs, others };
  const [other] = others;
  if (other === undefined) return ok('path', 'no other wan on PATH', details);
  const show = path.sep === '\\' ? 'where wan' : 'which -a wan';
  return isOurs[0] === true
    ? warning(
        'path',
        `another wan is on PATH, behind this one: ${others.join(', ')}`,
        `\`${show}\` shows which comes first`,
        details,
      )
    : warning(
        'path',
        `\`wan\` starts another program: ${other}`,
        `\`${show}\` shows which comes first; put this one's directory before it in PATH`,
        details,
      );
}

async function checkProxy(env: Environment): Promise<Finding> {
  // It refuses what is no address.
  await createDispatchers(env).close();
  return describeProxies(env);
}

async function checkSettings(context: Context): Promise<Finding> {
  const directory = context.configDirectory();
  const before = await modeOf(directory);
  const repairs: string[] = [];
  const store = createSettingsStore(
    directory,
    (message) => repairs.push(message),
    (ms) => context.clock.sleep(ms, context.signal),
  );
  const modes = { directory_mode: before, file_mode: await modeOf(store.path) };
  const details = { path: store.path, ...modes };
  await store.read();
  if (repairs.length > 0) {
    return warning(
      'settings',
      repairs.join('; '),
      'keys in it may have been read: make new ones if others use this machine',
      details,
    );
  }
  if (modes.file_mode === null) return ok('settings', `none yet, their place is ${store.path}`, details);
  return ok('settings', `${store.path} (${modes.file_mode}, directory ${modes.directory_mode})`, details);
}

async function checkState(directory: string): Promise<Finding> {
  const mode = await modeOf(directory);
  const place = await nearestDirectory(directory);
  await requireStateDirectory(directory);
  await access(place, constants.W_OK | constants.X_OK).catch((error: NodeJS.ErrnoException) => {
    throw new WanError(`cannot write to ${place}, where jobs are kept: ${error.code}`, {
      hint: 'point WAN_STATE_DIR to a directory that you can write to',
      cause: error,
    });
  });
  const details = { path: directory, mode };
  if (mode === null) return ok('state', `none yet, its place is ${directory}`, details);
  const isWide = path.sep !== '\\' && /[1-7]/u.test(mode.slice(-2));
  return isWide
    ? warning('state', `${directory} is open to others (${mode})`, `chmod 700 ${directory}`, details)
    : ok('state', `${directory} (${mode})`, details);
}

/** The place itself, or the nearest one above it that is there. @throws {WanError} for a file in the way */
async function nearestDirectory(directory: string): Promise<string> {
  for (let place = directory; ; place = path.dirname(place)) {
    const found = await stat(place).catch(() => undefined);
    if (found?.isDirectory() === true || place === path.dirname(place)) return place;
    if (found === undefined) continue;
    throw new WanError(`${place} is not a directory`, { hint: `remove ${place}, or choose another place` });
  }
}

/** As `ls` and `chmod` write it; null for what is not there. */
async function modeOf(place: string): Promise<string | null> {
  const stats = await lstat(place).catch(() => undefined);
  return stats === undefined ? null : (stats.mode & 0o777).toString(8).padStart(4, '0');
}

async function checkOutput(directory: string): Promise<Finding> {
  await checkTarget({ output: null, directory, force: false });
  const place = await nearestDirectory(directory);
  const { bavail, bsize } = await statfs(place).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot look at ${place}: ${error.message}`, { hint: 'choose another --out-dir' });
  });
  return judgeFreeSpace(directory, bavail * bsize);
}

/** Only later commands have a use for it, so its absence is worth a word and no more. */
async function checkFfmpeg({ env, signal }: Context): Promise<Finding> {
  const [file] = await findPrograms('ffmpeg', env);
  if (file === undefined) return ok('ffmpeg', 'not there, and not needed', { path: null, version: null });
  // Keys in the environment are none of its business.
  const kept = ['PATH', 'LD_LIBRARY_PATH', 'SystemRoot'].flatMap((name) =>
    env[name] === undefined ? [] : [[name, env[name]] as const],
  );
  try {
    const { stdout } = await promisify(execFile)(file, ['-version'], {
      timeout: 10_000,
      signal,
      env: Object.fromEntries(kept),
    });
    const version = stdout.split('\n', 1)[0]?.slice(0, 200) ?? '';
    return ok('ffmpeg', `${version} (${file})`, { path: file, version });
  } catch {
    signal.throwIfAborted();
    return warning('ffmpeg', `${file} does not run`, 'nothing here needs it; mend or remove it', {
      path: file,
      version: null,
    });
  }
}
