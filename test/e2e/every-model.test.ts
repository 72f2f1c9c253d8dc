import { describe, expect, test } from 'vitest';
import { leastArgs, leastJobs } from '../helpers/least-job.ts';
import { runWan } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { readDocument } from './records.ts';

// The smallest job of every row, mode and function: accepted by the service, rendered, saved.

describe('every model makes a video of the least that it accepts', () => {
  test.each(leastJobs.map((job) => [job.name, job] as const))('%s', async (_name, job) => {
    const sandbox = await openSandbox({ provider: job.model.provider });
    const args = job.model.isImplied === true ? leastArgs(job).slice(0, -4) : leastArgs(job);
    const run = await runWan([...args, '--provider', job.model.provider, '--json'], { env: sandbox.env });

    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.files).toHaveLength(1);
    const { job: told } = readDocument(run.stdout) as { job: { mode: string; outputs: { bytes: number }[] } };
    expect(told.mode).toBe(job.mode);
    expect(told.outputs[0]?.bytes).toBeGreaterThan(1000);
    expect(sandbox.submits()).toHaveLength(1);
  });
});
