import { readFileSync } from 'node:fs';

import rollupLicense from 'rollup-plugin-license';
import { defineConfig } from 'vitest/config';

// The plugin is CommonJS, but its types describe an ES module.
const license = rollupLicense as unknown as typeof rollupLicense.default;

// As CommonJS, so that the agent for proxies, which few need, is only made ready when somebody asks for it.
const undiciInParts = `
  const request = require('undici/lib/api/api-request.js');
  module.exports = {
    Agent: require('undici/lib/dispatcher/agent.js'),
    get EnvHttpProxyAgent() {
      // It asks proxies for tunnels by the methods that the index gives to all dispatchers.
      Object.assign(require('undici/lib/dispatcher/dispatcher.js').prototype, require('undici/lib/api/index.js'));
      return require('undici/lib/dispatcher/env-http-proxy-agent.js');
    },
    request: (url, options) =>
      request.call(options.dispatcher, {
        ...options,
        origin: url.origin,
        path: url.pathname + url.search,
      }),
  };
`;

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
    {
      // undici's index brings fetch, caches, mocks and web sockets with it, half a megabyte that every video would
      // pay for. This is what `net/` imports, as the index puts it together.
      name: 'undici-in-parts',
      apply: 'build',
      enforce: 'pre',
      resolveId: (id) => (id === 'undici' ? '\0undici-in-parts' : undefined),
      load: (id) => (id === '\0undici-in-parts' ? undiciInParts : undefined),
      transform: (code, id) => {
        // It would load all of HTTP/2, and with it TLS, also for those who never speak it. Nobody here does.
        if (/undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/u.test(id))
          return code.replace("require('node:http2')", '({ constants: {} })');
        // That SOCKS is an experiment of undici's is nothing for users to read at every command.
        return /undici[\\/]lib[\\/]dispatcher[\\/]socks5-proxy-agent\.js$/u.test(id)
          ? code.replace('experimentalWarningEmitted = false', 'experimentalWarningEmitted = true')
          : undefined;
      },
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
            // Likewise the rules and rows, which most commands read, and what every command about jobs works with.
            { name: 'rules', test: /src[\\/](?:core|catalog)[\\/]/ },
            { name: 'work', test: /src[\\/](?:store|workflow|providers)[\\/]/ },
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
