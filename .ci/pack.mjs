// A packed wan is built: its package.json has no `prepare`, which would want to build again where it is unpacked.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const [step] = process.argv.slice(2);
const [file, kept] = ['package.json', '.package.json.kept'];

if (step === 'restore') {
  if (existsSync(kept)) renameSync(kept, file);
} else {
  // One that was interrupted has left the whole one behind.
  if (existsSync(kept)) renameSync(kept, file);
  const text = readFileSync(file, 'utf8');
  writeFileSync(kept, text);
  const data = JSON.parse(text);
  delete data.scripts.prepare;
  writeFileSync(file, `${JSON.stringify(data, undefined, 2)}\n`);
}
