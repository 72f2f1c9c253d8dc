import path from 'node:path';
import { build } from 'vite';

/**
 * Bundles a TypeScript file of the tests with all it imports into one script in `directory`, for child processes:
 * Node 20 runs no TypeScript. Resolves to the script's path.
 */
export async function bundle(entry: string, directory: string): Promise<string> {
  const name = `${path.basename(entry, '.ts')}.mjs`;
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: entry,
      target: 'node20',
      outDir: directory,
      emptyOutDir: false,
      rollupOptions: { output: { format: 'esm', entryFileNames: name } },
    },
  });
  return path.join(directory, name);
}
