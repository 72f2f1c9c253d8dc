import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { subjectOf } from '../cli/subject.ts';

const examples = `
Examples:
  wan sandbox -- ./my-script
  wan sandbox --faults plan.json --log requests.jsonl -- wan t2v "a test"`;

const faultPlanHelp = `
A plan of faults is a list of rules; the first that fits a request applies:
  on        submit query list cancel policy upload download any
  after     requests that pass first (0); times: how many it then hits (1)
  status    an HTTP status, with code and message; headers {}; body "…" sent as it is
  drop      before (acting), after (acting, before the answer), mid (in the body)
  truncate  bytes of the body; delay "5s"; range "ignore"
  task      FAILED CANCELED CANCELLED UNKNOWN SUSPENDED NOURL, with code (on submit, or one query)
  [{ "on": "query", "times": 2, "status": 503 }, { "on": "download", "drop": "mid" }]`;

export function sandboxCommand(register: Register): Command {
  const command = newCommand(
    'sandbox',
    'Run a local service that speaks the providers’ protocols: no key, no cost',
  )
    .argument('[command...]', 'run this with the sandbox’s variables set, return its exit code, stop')
    .usage('[options] [-- command...]')
    .addOption(
      option('--port <number>', 'port on 127.0.0.1; 0 takes a free one (default: 18080, with a command 0)'),
    )
    .addOption(
      option(
        '--public-url <url>',
        'where clients reach it, such as http://wan-sandbox:18080: for links and uploads',
      ),
    )
    .addOption(option('--latency <time>', 'from submit to finished (default: 3s)'))
    .addOption(option('--expiry <time>', 'life of tasks and links (default: 24h)'))
    .addOption(option('--faults <plan.json>', 'misbehave as planned'))
    .addOption(option('--log <requests.jsonl>', 'write each request as a JSON line'))
    .addOption(option('--provider <name>', 'WAN_PROVIDER for the command (default: dashscope)'))
    .addOption(option('--region <name>', 'offer only the models of this region'))
    .passThroughOptions();
  command.addHelpText('after', examples);
  command.addHelpText('after', faultPlanHelp);
  const run = register(
    command,
    subjectOf('sandbox', 'sandbox'),
    async () => (await import('../actions/sandbox.ts')).runSandbox,
  );
  return command.action((words: string[], flags: Record<string, unknown>) => run({ words, flags }));
}
