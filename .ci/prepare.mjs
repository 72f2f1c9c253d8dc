// Builds after an install. Without the development packages there is nothing to build with: that is said, not guessed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);
const needed = ['vite', 'rollup-plugin-license'];

const isThere = needed.every((name) => {
  try {
    return resolve(name) !== '';
  } catch {
    return false;
  }
});

if (isThere) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  process.exitCode = spawnSync(npm, ['run', '--silent', 'build'], { stdio: 'inherit' }).status ?? 1;
} else if (existsSync('dist/wan.js')) {
  process.stderr.write('wan is taken as it lies in dist/: there is nothing to build it with\n');
} else {
  process.stderr.write(
    'error: wan is built from its development packages, and NODE_ENV=production or --omit=dev leaves them out\n' +
      'hint: npm ci --include=dev, then npm prune --omit=dev if you like: what is built needs none of them\n',
  );
  process.exitCode = 1;
}
