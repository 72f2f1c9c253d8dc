import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createRequire } from 'node:module';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { wanScript } from '../helpers/run-wan.ts';

const bin = path.dirname(wanScript);
const tooOld = createRequire(import.meta.url)(path.join(bin, 'too-old.js')) as (
  version: string,
) => string | undefined;

test.each(['0.10.48', '4.9.1', '12.22.12', '14.21.3', '16.20.2', '18.20.8', '20.0.0', '20.10.0', '20.18.3'])(
  'Node %s is told in a line',
  (version) => {
    expect(tooOld(version)).toBe(`wan needs Node 20.19 or newer, this is ${version}`);
  },
);

test.each(['20.19.0', '20.20.2', '21.0.0', '22.12.0', '26.1.0', '100.0.0-nightly'])(
  'Node %s will do',
  (version) => {
    expect(tooOld(version)).toBeUndefined();
  },
);

test.each(['wan.js', 'too-old.js'])('%s holds nothing that an old Node cannot read', async (name) => {
  const text = await readFile(path.join(bin, name), 'utf8');
  const code = text.replaceAll(/^#!.*$|\/\/.*$|\/\*[^]*?\*\//gmu, '').replaceAll(/'[^'\n]*'/gu, "''");
  expect(code).not.toMatch(/`|=>|\b(?:const|let|class|import|export|await|async)\b|\?\.|\?\?|\.\.\.|node:/u);
  expect(text).not.toMatch(/'node:|import\(/u);
});

/** `WAN_OLD_NODES` names a directory of old Nodes, each as `<name>/bin/node`, to try them in earnest. */
const place = process.env['WAN_OLD_NODES'] ?? '';
const present = place === '' ? [] : await readdir(place);

test.each(present.map((name) => [name]))('the Node of %s says what it lacks', async (name) => {
  const node = path.join(place, name, 'bin/node');
  const { stdout: version } = await execa(node, ['--version']);
  const run = await execa(node, [wanScript, 't2v', 'a'], { reject: false });
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toBe(`error: wan needs Node 20.19 or newer, this is ${version.slice(1)}`);
  expect(run.stdout).toBe('');
});
