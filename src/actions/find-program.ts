import { constants } from 'node:fs';
import { access, open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** Every program of a name on PATH, in the order in which a shell would take them. */
export async function findPrograms(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  const isWindows = path.sep === '\\';
  const endings = isWindows ? ['.exe', '.cmd', '.bat', '.ps1'] : [''];
  const directories = (env['PATH'] ?? '').split(path.delimiter).filter((place) => path.isAbsolute(place));
  const files = [...new Set(directories)].flatMap((place) =>
    endings.map((ending) => path.join(place, `${name}${ending}`)),
  );
  const found = await Promise.all(files.map(isProgram));
  return files.filter((_, index) => found[index]);
}

async function isProgram(file: string): Promise<boolean> {
  try {
    if (!(await stat(file)).isFile()) return false;
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether a file on PATH starts the script: as a link to it, or as a package manager's small script. */
export async function startsScript(file: string, script: string): Promise<boolean> {
  const [real, own] = await Promise.all([realpath(file), realpath(script)]);
  if (real === own) return true;
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    const text = buffer.toString('latin1', 0, bytesRead);
    return text.startsWith('#!') || path.sep === '\\' ? /wan-cli[\\/]bin[\\/]wan\.js/u.test(text) : false;
  } finally {
    await handle.close();
  }
}
