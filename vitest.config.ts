import { readFileSync } from 'node:fs';

import rollupLicense from 'rollup-plugin-license';
import { defineConfig } from 'vitest/config';

// The plugin is CommonJS, but its types describe an ES module.
const license = rollupLicense as unknown as typeof rollupLicense.default;

// One file for vite's two jobs here: `vite build` makes dist/, `vitest` runs the tests.
export default defineConfig({
  publicDir: false,
  plugins: [
    {
      // All that is left of `require` in the bundle asks for Node's own modules. This way is quicker than a loader.
      name: 'builtin-modules-without-loader',
      renderChunk: (code) => code.replace('createRequire(import.meta.url)', 'process.getBuiltinModule'),
    },
    {
      // Commander could run subcommands as programs of their own. Ours never does, and loading Node's module for
      // child processes costs every start four milliseconds.
      name: 'commander-without-child-processes',
      transform: (code, id) =>
        /commander[\\/]lib[\\/]command\.js$/u.test(id)
          ? code.replace("require('node:child_process')", '({})')
          : undefined,
    },
  ],
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist',
    minify: true,
    sourcemap: false,
    // A Latin font and the encoders' WebAssembly travel inside lazily loaded chunks.
    assetsInlineLimit: 10_000_000,
    rollupOptions: {
      input: {
        wan: 'src/entry.ts',
        'clip-worker': 'src/sandbox/video/clip-worker.ts',
        'digest-worker': 'src/net/digest-worker.ts',
      },
      output: {
        format: 'esm',
        entryFileNames: '[name].js',
        // The AAC encoder is LGPL: a file with a name that stays, so that a user can replace it.
        chunkFileNames: ({ name }) =>
          name === 'mediabunny-aac-encoder' ? 'aac-encoder.js' : '[name]-[hash].js',
        // What every command line loads lies in one file: each further file costs a millisecond.
        codeSplitting: {
          groups: [
            {
              name: 'base',
              test: /src[\\/](?:cli[\\/](?:options|command|session|subject|context|io|exit-codes-help)|commands[\\/]|core[\\/](?:errors|exit-code|plain-text|mode|redact)|main)|node_modules[\\/]commander|rolldown[\\/]runtime/,
            },
          ],
        },
      },
      plugins: [
        license({
          thirdParty: {
            includePrivate: false,
            output: {
              file: 'dist/THIRD-PARTY-NOTICES.txt',
              template: (dependencies) =>
                [
                  ...dependencies.map((dependency) => dependency.text()),
                  readFileSync('src/sandbox/video/NOTICES.txt', 'utf8'),
                ].join('\n\n---\n\n'),
            },
          },
        }),
      ],
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/build-once.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Nothing of the machine's own wan, keys or proxies may reach a test.
    unstubEnvs: true,
  },
});
