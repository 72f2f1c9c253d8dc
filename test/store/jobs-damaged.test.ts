import { access, mkdir, readdir, readFile, symlink, utimes } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { DamagedRecordError } from '../../src/core/errors.ts';
import { collect, hourMs, jobFrom, makeStore, nowMs, savedAs } from './job-world.ts';

const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

const broken = [
  ['nothing', '', 'it is not JSON'],
  ['half a record', '{"version": 1, "id": "1NG0FD', 'it is not JSON'],
  ['null', 'null', 'not a job at the top'],
  ['another shape', '{"version": 1}', 'not a job at id'],
  ['a list', '[]', 'not a job at the top'],
  ['zeros, as after a power cut', '\0'.repeat(900), 'it is not JSON'],
] as const;

describe('a damaged record', () => {
  test.each(broken)('%s: is named once and set aside, and the rest is listed', async (_name, text, why) => {
    const { store, open, openFile, doneFile, notices, put, asideNames, aside } = await makeStore();
    const [fine, bad, done] = [jobFrom(0), jobFrom(hourMs), jobFrom(2 * hourMs)];
    await store.save(fine);
    await put(openFile(bad.id), text);
    await put(doneFile(done.id), text);
    expect((await collect(store.newest())).map(({ id }) => id)).toEqual([fine.id]);
    expect((await store.listOpen()).map(({ id }) => id)).toEqual([fine.id]);
    expect(notices).toHaveLength(2);
    for (const [job, file] of [
      [bad, openFile(bad.id)],
      [done, doneFile(done.id)],
    ] as const) {
      expect(notices).toContainEqual(expect.stringContaining(`${file} is damaged: ${why}; it lies in `));
      expect(await aside(`${job.id}.json`)).toBe(text);
      expect(await isThere(file)).toBe(false);
    }
    expect(await asideNames()).toHaveLength(2);
    // The next command hears nothing of it.
    expect((await collect(open().newest())).map(({ id }) => id)).toEqual([fine.id]);
    expect(notices).toHaveLength(2);
  });

  test('whoever names it is told where its bytes are, and of its task, now and later', async () => {
    const { store, open, openFile, notices, put, at } = await makeStore();
    const job = jobFrom(0, { task_id: '0385dc79-5ff8-4d82-bcb6-0123456789ab' });
    await put(openFile(job.id), JSON.stringify(job).slice(0, -9));
    const kept = at('set-aside', `${job.id}.json`);
    await expect(store.find(job.id)).rejects.toThrow(DamagedRecordError);
    for (const current of [store, open()]) {
      await expect(current.find(job.id)).rejects.toMatchObject({
        class: 'error',
        message: expect.stringContaining(`it is kept as ${kept}`),
        hint: expect.stringContaining('wan status --task-id 0385dc79-5ff8-4d82-bcb6-0123456789ab'),
      });
    }
    expect(await readFile(kept, 'utf8')).toContain(job.task_id);
    expect(notices).toEqual([]);
    await store.save(job);
    expect(await store.find(job.id)).toEqual(job);
  });

  test('what was set aside before is not overwritten', async () => {
    const { store, openFile, doneFile, put, asideNames, aside } = await makeStore();
    const { id } = jobFrom(0);
    await put(openFile(id), 'one');
    await put(doneFile(id), 'two');
    await expect(store.find(id)).rejects.toThrow(/damaged/u);
    await put(openFile(id), 'three');
    await expect(store.find(id)).rejects.toThrow(/damaged/u);
    const names = await asideNames();
    expect(names).toEqual([`${id}-2.json`, `${id}-3.json`, `${id}.json`]);
    expect((await Promise.all(names.map(aside))).toSorted()).toEqual(['one', 'three', 'two']);
  });

  test('of a job that has a good one as well, that one counts', async () => {
    const { store, openFile, doneFile, notices, put, asideNames } = await makeStore();
    const job = jobFrom(0);
    await put(doneFile(job.id), '{');
    await put(openFile(job.id), JSON.stringify(job));
    expect(await store.find(job.id)).toEqual(job);
    expect(notices).toEqual([expect.stringMatching(/is damaged: it is not JSON/u)]);
    expect(await asideNames()).toEqual([`${job.id}.json`]);
  });

  test('a copy under another job’s name is not that job', async () => {
    const { store, openFile, put, notices } = await makeStore();
    const [job, other] = [jobFrom(0), jobFrom(hourMs)];
    await put(openFile(other.id), JSON.stringify(job));
    await expect(store.find(other.id)).rejects.toThrow(`it is of the job ${job.id}`);
    expect(await store.listOpen()).toEqual([]);
    expect(notices).toEqual([]);
  });

  test('where nothing can be moved it is only named, once a command', async () => {
    const { store, open, openFile, notices, put, at } = await makeStore();
    const [fine, bad] = [jobFrom(0), jobFrom(hourMs)];
    await store.save(fine);
    await put(openFile(bad.id), '{');
    await put(at('set-aside'), 'a file in the way');
    for (const current of [store, open()]) {
      notices.length = 0;
      expect((await collect(current.newest())).map(({ id }) => id)).toEqual([fine.id]);
      expect(await current.listOpen()).toEqual([fine]);
      expect(notices).toEqual([expect.stringMatching(/is damaged: it is not JSON; left out$/u)]);
    }
    expect(await readFile(openFile(bad.id), 'utf8')).toBe('{');
  });
});

describe('what is no record', () => {
  test('files and directories among the records are set aside, our own leftovers removed once old', async () => {
    const { store, openFile, doneFile, notices, put, at, asideNames } = await makeStore();
    const job = jobFrom(0, savedAs('/tmp/a.mp4'));
    await store.save(job);
    const day = path.dirname(doneFile(job.id));
    const wrongDay = jobFrom(72 * hourMs);
    await put(at('open', 'notes.txt'), 'hello');
    await put(path.join(day, 'notes.txt'), 'hello again');
    await put(path.join(day, `${wrongDay.id}.json`), JSON.stringify(wrongDay));
    await mkdir(at('open', 'stuff'));
    await put(path.join(day, 'stuff', 'deep', 'x.json'), '1');
    const directory = jobFrom(hourMs);
    await mkdir(openFile(directory.id), { recursive: true });
    await put(at('open', '.DS_Store'), 'finder');
    for (const [name, agoMs] of [
      ['.wan-00000000000000aa.tmp', 2 * hourMs],
      ['.wan-00000000000000bb.tmp', hourMs / 2],
    ] as const) {
      await put(at('open', name), '{');
      await utimes(at('open', name), (nowMs - agoMs) / 1000, (nowMs - agoMs) / 1000);
    }
    expect(await collect(store.newest())).toEqual([job]);
    expect((await readdir(at('open'))).toSorted()).toEqual(['.DS_Store', '.wan-00000000000000bb.tmp']);
    expect(await readdir(day)).toEqual([`${job.id}.json`]);
    const moved = [
      `${directory.id}.json`,
      `${wrongDay.id}.json`,
      'notes-2.txt',
      'notes.txt',
      'stuff',
      'stuff-2',
    ];
    expect(await asideNames()).toEqual(moved.toSorted());
    expect(notices).toHaveLength(6);
    expect(notices.join('\n')).not.toContain('.tmp');
  });

  test('a pipe under a record’s name holds nobody up', async () => {
    const { store, open, openFile, doneFile, put, asideNames } = await makeStore();
    const [fine, one, other] = [jobFrom(0), jobFrom(hourMs), jobFrom(hourMs)];
    await store.save(fine);
    await put(doneFile(one.id), '');
    await execa('rm', [doneFile(one.id)]);
    await execa('mkfifo', [doneFile(one.id), openFile(other.id)]);
    await symlink('/dev/zero', openFile(jobFrom(2 * hourMs).id));
    expect((await collect(open().newest())).map(({ id }) => id)).toEqual([fine.id]);
    expect(await asideNames()).toHaveLength(3);
  });

  test('indexes that are damaged lead nowhere, and the record is found where it can be', async () => {
    const { store, open, at, put } = await makeStore();
    const job = jobFrom(0, { task_id: 'task-0123456789' });
    await store.save(job);
    const [hash = ''] = (await readdir(at('by-task'))).filter((name) => name !== 'days');
    const [name = ''] = await readdir(at('by-task', hash));
    const [log = ''] = await readdir(at('by-task', 'days'));
    for (const text of ['', 'nonsense', '\0\0', jobFrom(0).id]) {
      await put(at('by-task', hash, name), text);
      await put(at('by-task', 'days', log), text);
      expect(await open().findByTask('task-0123456789')).toEqual(job);
      expect(await open().match('0123456789')).toMatchObject([{ id: job.id }]);
    }
    expect(await open().findByTask('task-else')).toBeUndefined();
  });
});

describe('a record that is not ours to touch', () => {
  test('of a newer version: named, left where it is; whoever names the job is told to update', async () => {
    const { store, open, openFile, doneFile, notices, put, asideNames } = await makeStore();
    const [fine, newer, done] = [jobFrom(0), jobFrom(hourMs), jobFrom(2 * hourMs)];
    const text = (id: string) => JSON.stringify({ version: 99, id, something: 'else' });
    await store.save(fine);
    await put(openFile(newer.id), text(newer.id));
    await put(doneFile(done.id), text(done.id));
    for (const current of [store, open()]) {
      notices.length = 0;
      expect((await collect(current.newest())).map(({ id }) => id)).toEqual([fine.id]);
      await current.listOpen();
      expect(notices).toEqual([
        expect.stringMatching(/written by a newer wan; left out$/u),
        expect.stringMatching(/written by a newer wan; left out$/u),
      ]);
    }
    for (const { id } of [newer, done]) {
      await expect(store.find(id)).rejects.toMatchObject({ hint: expect.stringContaining('npm install') });
    }
    expect(await asideNames()).toEqual([]);
    expect(await readFile(openFile(newer.id), 'utf8')).toBe(text(newer.id));
  });
});
