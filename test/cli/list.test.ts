import { describe, expect, test } from 'vitest';
import { jobTable } from '../../src/actions/list-lines.ts';
import { textWidth } from '../../src/core/text-width.ts';
import { documentOf, runInProcess } from '../helpers/in-process.ts';
import { dayMs, hourMs, jobFrom, makeStore, minuteMs, nowMs, savedAs } from '../store/job-world.ts';

// The clock of these runs stands at the beginning of the day on which the store's jobs were made.
const clockMs = Date.UTC(2026, 10, 20);
const from = (agoMs: number, patch: Parameters<typeof jobFrom>[1] = {}) =>
  jobFrom(agoMs + nowMs - clockMs, patch);

const request = { mode: 't2v' as const, model: 'wan2.6-t2v', prompt: 'a paper boat', media: [] };
const jobs = {
  running: from(minuteMs, { status: 'running', request }),
  lost: from(hourMs, { status: 'submitting', task_id: null }),
  rendered: from(2 * hourMs, {
    status: 'succeeded',
    expires_at: new Date(clockMs + 22 * hourMs + 5 * minuteMs).toISOString(),
    mode: 'i2v',
    model: 'wan2.6-i2v-flash',
  }),
  gone: from(3 * hourMs, { status: 'succeeded', expires_at: new Date(clockMs - 1).toISOString() }),
  saved: from(dayMs, { ...savedAs('/videos/boat.mp4'), provider: 'acedata', region: null }),
  failed: from(2 * dayMs, { status: 'failed', mode: 'vace', model: 'wan2.1-vace-plus' }),
  canceled: from(10 * dayMs, { status: 'canceled', region: 'sandbox' }),
  prepared: from(40 * dayMs, { status: 'prepared', provider: 'sinancode', region: null }),
};
type Name = keyof typeof jobs;

async function list(words: readonly string[]) {
  const { directory, store } = await makeStore();
  for (const job of Object.values(jobs)) await store.save(job);
  return runInProcess(['list', ...words], { WAN_STATE_DIR: directory });
}

const names = (document: Record<string, unknown>) =>
  (document['jobs'] as { id: string }[]).map(({ id }) =>
    (Object.keys(jobs) as Name[]).find((name) => jobs[name].id === id),
  );

describe('filters', () => {
  test.each<[string, Name[]]>([
    ['', ['running', 'lost', 'rendered', 'gone', 'saved', 'failed', 'canceled', 'prepared']],
    ['--limit 3', ['running', 'lost', 'rendered']],
    ['--status succeeded', ['rendered', 'gone', 'saved']],
    ['--status succeeded --limit 2', ['rendered', 'gone']],
    ['--status failed,cancelled', ['failed', 'canceled']],
    ['--status failed --status running', ['running', 'failed']],
    ['--status unconfirmed', ['lost']],
    ['--status submitting', []],
    ['--status prepared,Queued', ['prepared']],
    ['--status expired', []],
    ['--mode vace,i2v', ['rendered', 'failed']],
    ['--model wan2.1-vace-plus', ['failed']],
    ['--model WAN2.6-t2v --status running', ['running']],
    ['--provider acedata', ['saved']],
    ['--provider sandbox,sinancode', ['canceled', 'prepared']],
    ['--since 90m', ['running', 'lost']],
    ['--since 1d12h', ['running', 'lost', 'rendered', 'gone', 'saved']],
    ['--since 7d --status failed,canceled', ['failed']],
    ['--since 2w --limit 1 --provider sandbox', ['canceled']],
    ['--since 2026-11-19T22:30:00Z', ['running', 'lost']],
    ['--since 2000-01-01 --all --mode t2v', ['running', 'lost', 'gone', 'saved', 'canceled', 'prepared']],
  ])('wan list %s', async (line, expected) => {
    const run = await list([...line.split(' ').filter((word) => word !== ''), '--json']);
    expect(run.exitCode, run.stderr).toBe(0);
    const document = documentOf(run);
    expect(document).toMatchObject({ schema: 'wan.jobs/1', ok: true, error: null });
    expect(names(document)).toEqual(expected);
    const isCut = line.includes('--limit') && line !== '--since 2w --limit 1 --provider sandbox';
    const more = isCut ? `note: the newest ${expected.length}; more with --limit or --all\n` : '';
    expect(run.stderr).toBe(expected.length === 0 ? 'note: no job is like that\n' : more);
  });

  test('a sender that is gone leaves its job unconfirmed', async () => {
    const run = await list(['--status', 'unconfirmed', '--json']);
    expect(documentOf(run)['jobs']).toMatchObject([{ id: jobs.lost.id, status: 'unconfirmed' }]);
  });

  test.each([
    [
      ['--status', 'runing'],
      /--status runing is not offered \(prepared, .*expired\)/u,
      'the nearest is --status running',
    ],
    [['--status', 'done,failed'], /--status done /u, /--status /u],
    [['--mode', 'i3v'], /--mode i3v is not offered/u, 'the nearest is --mode i2v'],
    [['--provider', 'ace'], /--provider ace is not offered/u, 'the nearest is --provider acedata'],
    [['--since', 'yesterday'], /--since yesterday is neither/u, /24h, 7d, 2w, 2026-11-20/u],
    [['--since', '7'], /--since 7 /u, '--since 7h or 7d'],
    [['--since', '2026-06-31'], /neither a length of time nor a date/u, /--since/u],
    [['--since', '2026-11-21'], /still to come/u, /--since/u],
    [['--limit', '0'], /shows nothing/u, /--all/u],
    [['--status', ''], /--status needs a value/u, 'wan list --help'],
  ])('wan list %j is a usage error', async (words, message, hint) => {
    const run = await list([...words, '--json']);
    expect(run.exitCode).toBe(2);
    expect(documentOf(run)).toMatchObject({
      schema: 'wan.jobs/1',
      ok: false,
      error: { message: expect.stringMatching(message), hint: expect.stringMatching(hint) },
    });
  });
});

test('columns for programs: all of them in every line, times in UTC, tabs between', async () => {
  const run = await list([]);
  const lines = run.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  expect(lines).toHaveLength(8);
  expect(new Set(lines.map((cells) => cells.length))).toEqual(new Set([8]));
  expect(lines[0]).toEqual([
    jobs.running.id,
    'running',
    '2026-11-19T23:59:00.000Z',
    't2v',
    'wan2.6-t2v',
    '',
    '',
    'a paper boat',
  ]);
  expect(lines.map((cells) => cells[5])).toEqual([
    '',
    '',
    '22 h 5 min left',
    'link expired',
    'saved',
    '',
    '',
    '',
  ]);
  expect(lines[4]?.[6]).toBe('/videos/boat.mp4');
});

describe('the table', () => {
  const long = {
    ...request,
    prompt: '一只小猫在月光下奔跑，穿过城市的屋顶\u001b[31m\nand a very long tail that does not end soon',
  };
  const rows = [...Object.values(jobs), from(0, { request: long })];

  test.each([40, 60, 72, 80, 100, 132, 400])('fits %i columns, and cuts no id', (width) => {
    const table = jobTable(rows, clockMs, width);
    expect(table).toHaveLength(rows.length + 1);
    expect(table[0]).toMatch(/^JOB +STATUS /u);
    for (const [index, line] of table.slice(1).entries()) {
      expect(textWidth(line), line).toBeLessThanOrEqual(width);
      expect(line.startsWith(`${rows[index]?.id}  ${rows[index]?.status}`)).toBe(true);
      expect(line).not.toContain('\u001b');
    }
    if (width >= 60) expect(table.at(-1)).toContain('一只小猫');
    if (width >= 100)
      expect(table.find((line) => line.includes(jobs.rendered.id))).toContain('wan2.6-i2v-flash');
    if (width === 400)
      expect(table.at(-1)).toMatch(/屋顶\[31m and a very long tail that does not end soon$/u);
  });

  test('a job that failed says why below its line, whole words, as far as two lines reach', () => {
    const error = {
      class: 'generation_failed' as const,
      code: 'InvalidParameter',
      message: `size must be one of 1280*720 and so on, see https://e.com/doc?Signature=secret ${'more '.repeat(30)}end`,
      hint: null,
      retryable: false,
      exit_code: 9,
      request_id: null,
    };
    const failed = from(0, { status: 'failed', request, error, region: 'sandbox' });
    const paint = (status: string, text: string) => (status === 'failed' ? `<${text}>` : text);
    for (const width of [40, 80, 200]) {
      const [title = '', line = '', ...reason] = jobTable([failed, jobs.running], clockMs, width, paint);
      expect(title).toMatch(/^JOB +STATUS +AT +/u);
      expect(line.startsWith(`${failed.id}  <failed >  sandbox`), line).toBe(true);
      expect(reason).toHaveLength(3);
      expect(reason[0]).toMatch(/^< {2}InvalidParameter: size must/u);
      const told = reason.slice(0, -1).map((text) => text.replaceAll(/[<>]/gu, ''));
      for (const text of told) expect(textWidth(text)).toBeLessThanOrEqual(width);
      expect(told.at(-1)).toMatch(width === 200 ? /end$/u : /\w…$/u);
      expect(reason.join(' ')).not.toContain('secret');
    }
  });

  test('columns stand below their titles, and none is empty', () => {
    const [title = '', line = ''] = jobTable([jobs.running], clockMs, 100);
    expect(title.split(/ {2,}/u)).toEqual(['JOB', 'STATUS', 'MADE', 'MODE', 'MODEL', 'PROMPT']);
    for (const [word, value] of [
      ['STATUS', 'running'],
      ['MODEL', 'wan2.6-t2v'],
      ['PROMPT', 'a paper boat'],
    ] as const) {
      expect(line.indexOf(value)).toBe(title.indexOf(word));
    }
    expect(jobTable([], clockMs, 80)).toEqual([]);
  });
});
