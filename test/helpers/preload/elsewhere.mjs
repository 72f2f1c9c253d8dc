// Loaded into the real program by `node --import`: it believes to run on another machine that shares the disk, as in
// another container. Locks tell machines apart by the running kernel's id.
import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { readFile } = fsPromises;

fsPromises.readFile = async (path, ...rest) =>
  path === '/proc/sys/kernel/random/boot_id' ? 'another-machine\n' : readFile(path, ...rest);
syncBuiltinESMExports();
