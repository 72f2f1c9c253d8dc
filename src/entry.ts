import packageJson from '../package.json' with { type: 'json' };
import { realContext } from './cli/context.ts';
import { main } from './main.ts';

process.exitCode = await main(process.argv.slice(2), realContext(packageJson.version));
