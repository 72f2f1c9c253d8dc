import { readFileSync } from 'node:fs';
import type { RudeReply } from '../helpers/rude-server.ts';
import { matrix } from './matrix.ts';
import { row, type CommandName, type Row } from './row.ts';

// What a service says of a task's end, once, or for good: no end without a reason, or without a link, is one.

const video = readFileSync(new URL('../fixtures/moov-first.mp4', import.meta.url));
const id = 'a1b2c3d4-0000-4000-8000-00000000e4d5';
const saved = [0, 'saved', '1/1', 'saved'] as const;
const open = [13, 'none', '1/1', 'succeeded'] as const;
const failed = [9, 'none', '1/1', 'failed'] as const;

type Expected = Parameters<typeof row>[3];
type Shape = (origin: string) => RudeReply;

/** A service that takes everything, and answers the question for its task first by `shapes`, then by the last one. */
function asked(
  fault: string,
  command: CommandName,
  shapes: readonly Shape[],
  expected: readonly [number, string, string, string],
  more: Partial<Row> = {},
): Row {
  let questions = 0;
  return row(fault, command, [], [...expected] as Expected, {
    hasty: true,
    video,
    ...more,
    script:
      (origin, accept) =>
      ({ method, url }) => {
        if (url.includes('.mp4')) return { body: video };
        const isQuestion = command === 'acedata t2v' ? url.endsWith('/tasks') : method === 'GET';
        if (!isQuestion) {
          accept();
          return { body: { success: true, task_id: id, output: { task_id: id, task_status: 'PENDING' } } };
        }
        questions += 1;
        return (shapes[questions - 1] ?? shapes.at(-1))?.(origin()) ?? {};
      },
  });
}

const now = Math.round(Date.now() / 1000);
const record =
  (part: (origin: string) => object): Shape =>
  (origin) => ({ body: { id, created_at: now, request: {}, ...part(origin) } });
const link = (origin: string) => `${origin}/a.mp4?Expires=4000000000`;
const result = (origin: string) => ({ success: true, state: 'succeeded', video_url: link(origin) });
const good = record((origin) => ({ finished_at: now, response: result(origin) }));
const over = (response: (origin: string) => object) =>
  record((origin) => ({ finished_at: now, response: response(origin) }));
const body =
  (value: (origin: string) => unknown): Shape =>
  (origin) => ({ body: JSON.stringify(value(origin)), headers: { 'content-type': 'application/json' } });
const whole = (origin: string) => ({ id, created_at: now, finished_at: now, response: result(origin) });

const ace = 'acedata t2v';
/** Once, then a good record. */
const once = (fault: string, shape: Shape) => asked(`${fault}, once`, ace, [shape, good], saved);
/** What is taken for what it is. */
const taken = (fault: string, shape: Shape) => asked(fault, ace, [shape], saved);

const error = { code: 'api_error', message: 'retrying' };
const acedata: Row[] = [
  once(
    'finished_at 0',
    record(() => ({ started_at: now, finished_at: 0, response: { state: 'processing' } })),
  ),
  once(
    'finished_at 0, nothing else',
    record(() => ({ finished_at: 0 })),
  ),
  once(
    'finished_at "0"',
    record(() => ({ finished_at: '0', response: {} })),
  ),
  once(
    'finished_at -1',
    record(() => ({ finished_at: -1, response: {} })),
  ),
  once(
    'finished_at of the year 1',
    record(() => ({ finished_at: '0001-01-01T00:00:00Z' })),
  ),
  once(
    'finished, and no response yet',
    record(() => ({ finished_at: now })),
  ),
  once(
    'finished, success and no link yet',
    over(() => ({ success: true, state: 'completed' })),
  ),
  once(
    'finished, the link is no address yet',
    over(() => ({ success: true, video_url: 'processing' })),
  ),
  once(
    'finished, success false beside a link',
    over((origin) => ({ ...result(origin), success: false })),
  ),
  once(
    'finished, success false',
    over(() => ({ success: false })),
  ),
  once(
    'an error without an end',
    record(() => ({ response: { success: false, error } })),
  ),
  once(
    'a failed word without an end',
    record(() => ({ response: { state: 'failed' } })),
  ),
  once(
    '{}',
    body(() => ({})),
  ),
  once(
    'null',
    body(() => null),
  ),
  once(
    'a list',
    body((origin) => [whole(origin)]),
  ),
  once(
    'a wrapped record',
    body((origin) => ({ data: whole(origin) })),
  ),
  once(
    'a page of records',
    body((origin) => ({ items: [whole(origin)], count: 1 })),
  ),
  once(
    'an error without a record',
    body(() => ({ success: false, error, trace_id: 't' })),
  ),
  once(
    'an odd error without a record',
    body(() => ({ error: { code: 'odd', message: 'x' } })),
  ),
  once('404', () => ({ status: 404, body: { error: { code: 'not_found', message: 'no such task' } } })),
  once('410', () => ({ status: 410, body: { detail: 'gone' } })),
  taken(
    'the link as data[].url',
    over((origin) => ({ success: true, data: [{ url: link(origin) }] })),
  ),
  taken(
    'the link in video_urls',
    over((origin) => ({ success: true, video_urls: [link(origin)] })),
  ),
  taken(
    'finished_at as a date',
    record((origin) => ({ finished_at: '2026-11-28T10:00:00.123Z', response: result(origin) })),
  ),
  taken(
    'error ""',
    over((origin) => ({ ...result(origin), error: '' })),
  ),
  taken(
    'error "none"',
    over((origin) => ({ ...result(origin), error: 'none' })),
  ),
  taken(
    'error of nulls',
    over((origin) => ({ ...result(origin), error: { code: null, message: null } })),
  ),
  taken(
    'one of two results failed',
    over((origin) => ({ success: true, data: [{ state: 'failed' }, result(origin)] })),
  ),
  taken(
    'a link with letters and blanks',
    over((origin) => ({ success: true, video_url: ` ${origin}/视频 1.mp4\n` })),
  ),
  asked('finished, success and no link, always', ace, [over(() => ({ success: true, state: 'done' }))], open),
  asked('finished, and no word, always', ace, [over(() => ({}))], failed),
  asked('an error without an end, always', ace, [record(() => ({ response: { error } }))], failed),
  asked('finished, an error with a reason', ace, [over(() => ({ success: false, error })), good], failed),
  asked(
    '404, always',
    ace,
    [() => ({ status: 404, body: { error: { code: 'not_found', message: 'no such task' } } })],
    [11, 'none', '1/1', 'queued'],
  ),
];

const task =
  (output: (origin: string) => object): Shape =>
  (origin) => ({ body: { request_id: 'r', output: { task_id: id, ...output(origin) } } });
const done = task((origin) => ({ task_status: 'SUCCEEDED', video_url: link(origin) }));
const silent = task(() => ({ task_status: 'FAILED' }));
const linkless = task(() => ({ task_status: 'SUCCEEDED' }));
const spelled = (fault: string, spell: (origin: string) => unknown) =>
  asked(fault, 't2v', [task((origin) => ({ task_status: 'SUCCEEDED', video_url: spell(origin) }))], saved);

const dashscope: Row[] = [
  asked('FAILED without a reason, once', 't2v', [silent, done], saved),
  asked(
    'FAILED, its code says none, once',
    't2v',
    [task(() => ({ task_status: 'FAILED', code: 'None' })), done],
    saved,
  ),
  asked('FAILED without a reason, always', 't2v', [silent], failed),
  asked(
    'FAILED with a reason, once',
    't2v',
    [task(() => ({ task_status: 'FAILED', code: 'X' })), done],
    failed,
  ),
  asked('done, without a link, twice', 't2v', [linkless, linkless, done], saved),
  asked('done, without a link, always', 't2v', [linkless], open),
  asked('done, the link is empty', 't2v', [task(() => ({ task_status: 'SUCCEEDED', video_url: '' }))], open),
  asked(
    'done, the link is an object',
    't2v',
    [task(() => ({ task_status: 'SUCCEEDED', video_url: { url: 'x' } }))],
    open,
  ),
  asked(
    'done, the link is a script',
    't2v',
    [task(() => ({ task_status: 'SUCCEEDED', video_url: 'javascript:1' }))],
    open,
  ),
  asked(
    'done, the link is of FTP, once',
    't2v',
    [task(() => ({ task_status: 'SUCCEEDED', video_url: 'ftp://h/v.mp4' })), done],
    saved,
  ),
  asked(
    'FAILED without a reason, and done when it is named later',
    't2v',
    [silent, silent, silent, silent, silent, done],
    failed,
    {
      resume: { exit: 0, file: 'saved', submits: '1/1', record: 'saved' },
    },
  ),
  asked(
    'done without a link, and with one when it is named later',
    't2v',
    [linkless, linkless, linkless, linkless, linkless, done],
    open,
    {
      resume: { exit: 0, file: 'saved', submits: '1/1', record: 'saved' },
    },
  ),
  spelled('the link with letters in it', (origin) => `${origin}/视频/v.mp4?Expires=4000000000`),
  spelled('the link with blanks in it', (origin) => `${origin}/my video/v "1".mp4`),
  spelled('the link with blanks around it', (origin) => `\t${origin}/v.mp4 \n`),
  spelled('the link without a scheme', (origin) => `${origin.replace('http:', '')}/v.mp4`),
  spelled('the link without a host', () => '/v.mp4?a=%2F'),
];

const sinan = 'sinancode i2v';
const words =
  (fields: (origin: string) => object): Shape =>
  (origin) => ({ body: { id, ...fields(origin) } });
const completed = words((origin) => ({
  status: 'completed',
  result: [{ type: 'video', url: link(origin) }],
}));

const sinancode: Row[] = [
  asked('failed without a reason, once', sinan, [words(() => ({ status: 'failed' })), completed], saved),
  asked(
    'failed without a reason, always',
    sinan,
    [words(() => ({ status: 'failed', error_code: '' }))],
    failed,
  ),
  asked(
    'failed with a reason, once',
    sinan,
    [words(() => ({ status: 'failed', error_code: 'E1' })), completed],
    failed,
  ),
  asked(
    'done, without a link, once',
    sinan,
    [words(() => ({ status: 'completed', result: [] })), completed],
    saved,
  ),
  asked('done, without a link, always', sinan, [words(() => ({ status: 'completed', result: null }))], open),
  asked(
    'the link with letters and blanks',
    sinan,
    [words((origin) => ({ status: 'completed', result: `${origin}/猫 1.mp4` }))],
    saved,
  ),
  asked('404, once', sinan, [() => ({ status: 404, body: { message: 'no such task' } }), completed], saved),
];

const hour = 3_600_000;
const dated =
  (shape: Shape, hours: number): Shape =>
  (origin) => ({ ...shape(origin), headers: { date: new Date(Date.now() + hours * hour).toUTCString() } });
const unknown = task(() => ({ task_status: 'UNKNOWN' }));

const forgotten: Row[] = [
  asked(
    'UNKNOWN a day later by its own clock, said once',
    't2v',
    [dated(unknown, 25)],
    [11, 'none', '1/1', 'queued'],
  ),
  asked(
    'UNKNOWN a day later by its own clock, said again an hour later',
    't2v',
    [dated(unknown, 25), dated(unknown, 26)],
    [11, 'none', '1/1', 'queued'],
    { resume: { exit: 11, file: 'none', submits: '1/1', record: 'expired' } },
  ),
  asked(
    'UNKNOWN a day later by its own clock, then done',
    't2v',
    [dated(unknown, 25), dated(done, 26)],
    [11, 'none', '1/1', 'queued'],
    { resume: { exit: 0, file: 'saved', submits: '1/1', record: 'saved' } },
  ),
  asked('UNKNOWN, a day later by our clock alone', 't2v', [unknown], [11, 'none', '1/1', 'queued'], {
    second: ['wait'],
    pass: 25 * hour,
  }),
];

matrix('ends', [...acedata, ...dashscope, ...sinancode, ...forgotten]);
