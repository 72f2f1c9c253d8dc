'use strict';

// Only starts the program, which `npm ci` and `npm run build` put into dist/.
const { existsSync } = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const program = path.join(__dirname, '..', 'dist', 'wan.js');
// Whatever ends before the program has said how it ended is no success.
process.exitCode = 1;
if (existsSync(program)) {
  void import(pathToFileURL(program).href);
} else {
  process.stderr.write('error: wan is not built yet\nhint: npm ci --include=dev, or npm run build\n');
}
