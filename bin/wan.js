#!/usr/bin/env node
// Only starts the program, which `npm ci` and `npm run build` put into dist/.
import { existsSync } from 'node:fs';

const program = new URL('../dist/wan.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  process.stderr.write('error: wan is not built yet\nhint: npm ci, or npm run build\n');
  process.exitCode = 1;
}
