// Loaded into the real program by `node --import`: hard links fail as they do on FAT, on many network shares and on
// Android. WAN_TEST_LINKS is a file that gets a line for each that was tried.
import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { appendFileSync } = fs;

fsPromises.link = async (from, to) => {
  appendFileSync(process.env.WAN_TEST_LINKS, `${to}\n`);
  throw Object.assign(new Error(`EPERM: operation not permitted, link '${from}' -> '${to}'`), {
    code: 'EPERM',
    syscall: 'link',
  });
};
syncBuiltinESMExports();
