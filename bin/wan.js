#!/usr/bin/env node
'use strict';

// In words that every Node can read, so that an old one is told what it lacks instead of stumbling over syntax.
var tooOld = require('./too-old.js')(process.versions.node);

if (tooOld === undefined) {
  require('./start.js');
} else {
  process.stderr.write('error: ' + tooOld + '\n');
  process.exitCode = 1;
}
