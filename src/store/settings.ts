import { chmod, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { decodeLoosely } from '../core/decode-text.ts';
import { errorCode } from '../core/error-code.ts';
import { TakenOverError, WanError } from '../core/errors.ts';
import { settingsSchema, type Settings } from '../core/settings.ts';
import { makePrivateDirectory } from './atomic-file.ts';
import { createLocks } from './lock.ts';
import { readUserFile } from './plain-file.ts';

const fileName = 'config.json';

export type SettingsStore = {
  path: string;
  /** @throws {WanError} naming the file when it is damaged */
  read: () => Promise<Settings>;
  /** Changes the settings under a lock, so that two processes lose nothing of each other's. */
  change: (edit: (settings: Settings) => Settings) => Promise<Settings>;
};

/** Settings and keys, in one file that only its owner can read. `say` hears of repairs. */
export function createSettingsStore(
  directory: string,
  say: (message: string) => void,
  sleep: (ms: number) => Promise<void>,
): SettingsStore {
  const file = path.join(directory, fileName);

  async function read(): Promise<Settings> {
    const bytes = readBytes();
    if (bytes === undefined) return {};
    await keepPrivate(file, 0o600, say);
    await keepPrivate(directory, 0o700, say);
    const text = decodeLoosely(bytes);
    if (text === undefined) {
      throw new WanError(`the settings ${file} are damaged: they are neither UTF-8 nor UTF-16 text`, {
        hint: `save ${file} as UTF-8`,
      });
    }
    return parse(text);
  }

  function readBytes(): Buffer | undefined {
    try {
      return readUserFile(file);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      const reason = error instanceof Error ? error.message : String(error);
      throw new WanError(`cannot read the settings ${file}: ${reason}`, {
        hint: `mend or remove ${file}, or point WAN_CONFIG_DIR elsewhere`,
        cause: error,
      });
    }
  }

  function parse(text: string): Settings {
    const hint = `mend or remove ${file}, then run \`wan auth login\``;
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch (error) {
      throw new WanError(`the settings ${file} are damaged: they are not JSON`, { hint, cause: error });
    }
    const settings = settingsSchema.safeParse(data);
    if (settings.success) return settings.data;
    const issue = settings.error.issues[0];
    // Only the place is named: the value there may be a key.
    throw new WanError(
      `the settings ${file} are damaged at ${issue?.path.join('.') || 'the top'}: ${issue?.code.replaceAll('_', ' ')}`,
      { hint },
    );
  }

  async function change(edit: (settings: Settings) => Settings): Promise<Settings> {
    try {
      await makePrivateDirectory(directory);
    } catch (error) {
      throw cannotWrite(file, error);
    }
    const lock = await waitForLock();
    try {
      const present = await read();
      const settings = settingsSchema.parse(edit(present));
      if (!(await lock.stillHeld())) {
        throw new TakenOverError(`another wan is changing the settings ${file}`, {
          hint: 'try again',
          retryable: true,
        });
      }
      // Loaded here because most commands only read.
      const { default: Conf } = await import('conf');
      const conf = new Conf<Settings>({
        cwd: directory,
        configName: 'config',
        configFileMode: 0o600,
        // It would read the file by itself, and know one encoding only.
        deserialize: () => present,
      });
      conf.store = settings;
      await keepPrivate(file, 0o600, () => {});
      return settings;
    } catch (error) {
      throw error instanceof WanError ? error : cannotWrite(file, error);
    } finally {
      await lock.release();
    }
  }

  async function waitForLock() {
    const locks = createLocks(directory);
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const lock = await locks.tryLock('settings');
      if (lock !== undefined) return lock;
      await sleep(50);
    }
    throw new WanError(`another wan is changing the settings ${file}`, {
      hint: 'try again',
      retryable: true,
    });
  }

  return { path: file, read, change };
}

function cannotWrite(file: string, cause: unknown): WanError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WanError(`cannot write the settings ${file}: ${reason}`, {
    hint: 'point WAN_CONFIG_DIR to a directory that you can write to',
    cause,
  });
}

/**
 * Keys inside: a file or directory that others may read is repaired, and that is said; behind a link, what it leads to.
 * A directory like `/tmp` is shared on purpose, and stays so.
 */
async function keepPrivate(link: string, mode: number, say: (message: string) => void): Promise<void> {
  const place = await realpath(link);
  const stats = await stat(place);
  if (isWindows() || (stats.mode & 0o077) === 0) return;
  if (stats.isDirectory() && (stats.mode & 0o1000) !== 0) return;
  try {
    await chmod(place, mode);
    say(`${place} was readable by others; its mode is now ${mode.toString(8)}`);
  } catch {
    say(`${place} is readable by others, and its mode cannot be changed`);
  }
}

function isWindows(): boolean {
  return path.sep === '\\';
}
