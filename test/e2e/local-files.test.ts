import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { MediaRole } from '../../src/core/media-rule.ts';
import { leastArgs, leastJobs, neededRoles, type LeastJob } from '../helpers/least-job.ts';
import { hashesBelow, hashOf, makeLocalFiles } from '../helpers/local-files.ts';
import { makePlace, runWan } from '../helpers/run-wan.ts';
import { openSandbox, type TestSandbox } from '../helpers/sandbox.ts';

// Local files where addresses go: uploaded as they are, once, and named in the request by what the service answered.

/** One job for each request shape and mode, with every kind of file that fits into it at once. */
const jobs = leastJobs.filter((job, index) => {
  const isSame = (other: LeastJob) =>
    shapeOf(other) === shapeOf(job) && other.mode === job.mode && other.vaceFunction === job.vaceFunction;
  return job.rules.media !== undefined && leastJobs.findIndex(isSame) === index;
});

function shapeOf({ model, rules }: LeastJob): string {
  return `${model.provider} ${rules.dialect} ${Object.keys(rules.media?.roles ?? {}).join(' ')}`;
}

/** Needed ones first; a second mask, a web page and a second clip to extend would each be one too many. */
function rolesOf(job: LeastJob): MediaRole[] {
  const needed = neededRoles(job);
  const excluded = new Set<MediaRole>([...needed, 'link', 'mask_video', 'last_clip', 'reference_voice']);
  // A guiding video wants a field of its own.
  if (job.vaceFunction === 'video_extension') excluded.add('video');
  const all = Object.keys(job.rules.media?.roles ?? {}) as MediaRole[];
  return [...needed, ...all.filter((role) => !excluded.has(role))];
}

function uploads(sandbox: TestSandbox) {
  return sandbox.requests.filter(
    ({ method, url }) =>
      method === 'POST' && /^\/(?:dashscope-file|api\/v1\/files\/|api\/upload\/file)/u.test(url),
  );
}

describe('local files go into every mode that takes files', () => {
  test.each(jobs.map((job) => [job.name, job] as const))('%s', async (_name, job) => {
    const place = await makePlace();
    const file = await makeLocalFiles(place);
    const roles = rolesOf(job);
    const { provider } = job.model;
    const sandbox = await openSandbox({ provider });
    const env = { ...sandbox.env, ACEDATACLOUD_PLATFORM_TOKEN: 'platform-e2e-token' };
    const names = [...new Set(roles.map(file))];

    const run = await runWan([...leastArgs(job, file, roles), '-q'], { env, place });
    expect(run.exitCode, run.stderr).toBe(0);
    const received = await hashesBelow(sandbox.directory);
    const sent = await Promise.all(names.map((name) => hashOf(path.join(place.cwd, name))));
    expect(sent.filter((hash) => !received.has(hash))).toEqual([]);
    expect(uploads(sandbox)).toHaveLength(names.length);
    for (const { headers } of uploads(sandbox)) {
      expect(headers['content-length']).toMatch(/^\d+$/u);
      expect(headers['transfer-encoding']).toBeUndefined();
    }
    const [submit] = sandbox.submits();
    const body = JSON.stringify(submit?.body);
    expect(body).not.toContain('file:');
    expect(body).not.toContain(place.cwd);
    if (provider === 'dashscope') expect(submit?.headers['x-dashscope-ossresourceresolve']).toBe('enable');

    const again = await runWan([...leastArgs(job, file, roles), '-q'], { env, place });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(uploads(sandbox)).toHaveLength(names.length);
    expect(sandbox.submits()).toHaveLength(2);
  });
});
