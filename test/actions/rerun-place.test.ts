import { expect, test } from 'vitest';
import { rerunPlace } from '../../src/actions/rerun-place.ts';
import type { ConnectionFlags, Workbench } from '../../src/cli/workbench.ts';
import { NoKeyError } from '../../src/core/errors.ts';
import type { Job } from '../../src/core/job.ts';
import { makeJob } from '../core/make-job.ts';

/** A workbench that only tells how it was asked for a connection. */
function fakeBench(fails = false) {
  const asked: [how: string, flags: ConnectionFlags][] = [];
  const tell = (how: string) => async (flags: ConnectionFlags) => {
    asked.push([how, flags]);
    return {};
  };
  const bench = {
    settings: { profiles: { work: { provider: 'acedata' }, cn: { provider: 'dashscope' } } },
    connection: tell('connection'),
    connectionOffline: tell('offline'),
    connectionOf: async (_job: Job, flags: ConnectionFlags) => {
      asked.push(['of the job', flags]);
      if (fails) throw new NoKeyError('no key');
      return {};
    },
  } as unknown as Workbench;
  return { bench, asked };
}

const real = makeJob({ profile: 'cn', workspace: 'ws-1' });
const free = makeJob({ provider: 'acedata', region: 'sandbox', profile: 'acedata' });

test.each<[string, Job, ConnectionFlags, string, ConnectionFlags | undefined, string | undefined]>([
  ['nothing named', real, {}, 'of the job', undefined, 'dashscope'],
  ['the same provider', real, { provider: ' DashScope ' }, 'of the job', undefined, 'dashscope'],
  ['the same profile', real, { profile: 'cn' }, 'of the job', undefined, 'dashscope'],
  ['the same region', real, { region: 'cn-beijing' }, 'of the job', undefined, 'dashscope'],
  ['a workspace', real, { workspace: 'ws-2' }, 'of the job', undefined, 'dashscope'],
  [
    'another region',
    real,
    { region: 'singapore' },
    'connection',
    { provider: 'dashscope', recordedProfile: 'cn' },
    'dashscope',
  ],
  [
    'an address',
    real,
    { baseUrl: 'https://x.example' },
    'connection',
    { provider: 'dashscope', recordedProfile: 'cn' },
    'dashscope',
  ],
  ['another provider', real, { provider: 'acedata' }, 'connection', { provider: 'acedata' }, 'acedata'],
  ['nobody', real, { provider: 'nobody' }, 'connection', { provider: 'nobody' }, undefined],
  ['a profile of another', real, { profile: 'work' }, 'connection', { provider: undefined }, 'acedata'],
  [
    'the sandbox',
    real,
    { sandbox: true },
    'connection',
    { sandbox: true, provider: 'dashscope' },
    'dashscope',
  ],
  [
    'its other name',
    real,
    { provider: 'sandbox' },
    'connection',
    { sandbox: true, provider: 'dashscope' },
    'dashscope',
  ],
  ['a free job', free, {}, 'of the job', undefined, 'acedata'],
  ['a free job, free', free, { sandbox: true }, 'of the job', undefined, 'acedata'],
  ['a free job, free by name', free, { provider: 'sandbox' }, 'of the job', undefined, 'acedata'],
  ['a free job, in a region', free, { region: 'singapore' }, 'of the job', undefined, 'acedata'],
  [
    'a free job, free by both',
    free,
    { sandbox: true, provider: 'acedata' },
    'of the job',
    undefined,
    'acedata',
  ],
  [
    'a free job, free elsewhere',
    free,
    { sandbox: true, provider: 'dashscope' },
    'connection',
    { sandbox: true, provider: 'dashscope' },
    'dashscope',
  ],
  ['a free job, paid', free, { provider: 'acedata' }, 'connection', { provider: 'acedata' }, 'acedata'],
  [
    'a free job, paid by a profile',
    free,
    { profile: 'acedata' },
    'connection',
    { provider: undefined },
    'acedata',
  ],
])('%s', async (_name, job, flags, how, more, provider) => {
  const { bench, asked } = fakeBench();
  const place = rerunPlace(bench, job, flags);
  expect(place.provider).toBe(provider);
  await place.bench.connection(flags);
  expect(asked[0]?.[0]).toBe(how);
  if (more !== undefined) expect(asked[0]?.[1]).toMatchObject(more);
});

test('looking only goes to the same place, also without a key', async () => {
  const withKey = fakeBench();
  await rerunPlace(withKey.bench, real, {}).bench.connectionOffline({});
  expect(withKey.asked.map(([how]) => how)).toEqual(['of the job']);

  const without = fakeBench(true);
  await rerunPlace(without.bench, real, {}).bench.connectionOffline({ model: 'm' });
  expect(without.asked[1]).toEqual([
    'offline',
    { model: 'm', provider: 'dashscope', recordedProfile: 'cn', region: 'beijing', workspace: 'ws-1' },
  ]);

  const sandbox = fakeBench();
  await rerunPlace(sandbox.bench, free, {}).bench.connectionOffline({});
  expect(sandbox.asked).toEqual([['offline', { sandbox: true, provider: 'acedata' }]]);

  const elsewhere = fakeBench();
  await rerunPlace(elsewhere.bench, real, { provider: 'acedata' }).bench.connectionOffline({});
  expect(elsewhere.asked[0]).toEqual(['offline', expect.objectContaining({ provider: 'acedata' })]);
});
