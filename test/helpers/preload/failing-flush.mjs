// Loaded into the real program by `node --import`: the flush of the directory of open jobs fails once, right after the
// record that says `submitting` got its name there.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';

const handle = await open('/');
const prototype = Object.getPrototypeOf(handle);
await handle.close();
const { sync } = prototype;
let hasFailed = false;

prototype.sync = async function failing() {
  const place = readlinkSync(`/proc/self/fd/${this.fd}`);
  if (!hasFailed && path.basename(place) === 'open' && holdsSubmitting(place)) {
    hasFailed = true;
    throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', syscall: 'fsync' });
  }
  return sync.call(this);
};

function holdsSubmitting(directory) {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .some((name) => readFileSync(path.join(directory, name), 'utf8').includes('"submitting"'));
}
