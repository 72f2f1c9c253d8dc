import type { Command } from 'commander';
import { newCommand } from '../cli/command.ts';
import { option } from '../cli/options.ts';
import type { Register } from '../cli/session.ts';
import { subjectOf } from '../cli/subject.ts';

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
    .addOption(option('--latency <time>', 'from submit to finished (default: 3s)'))
    .addOption(option('--expiry <time>', 'life of tasks and links (default: 24h)'))
    .addOption(option('--faults <plan.json>', 'misbehave as planned'))
    .addOption(option('--log <requests.jsonl>', 'write each request as a JSON line'))
    .addOption(option('--provider <name>', 'WAN_PROVIDER for the command (default: dashscope)'))
    .addOption(option('--region <name>', 'offer only the models of this region'))
    .passThroughOptions();
  command.addHelpText(
    'after',
    '\nExamples:\n  wan sandbox -- ./my-script\n  wan sandbox --faults plan.json --log requests.jsonl -- wan t2v "a test"',
  );
  const run = register(
    command,
    subjectOf('sandbox', 'sandbox'),
    async () => (await import('../actions/sandbox.ts')).runSandbox,
  );
  return command.action((words: string[], flags: Record<string, unknown>) => run({ words, flags }));
}
