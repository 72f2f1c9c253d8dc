import { readFileSync } from 'node:fs';
import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib';
import type { RudeReply, RudeRequest } from '../helpers/rude-server.ts';
import { matrix } from './matrix.ts';
import { row, type CommandName, type Row } from './row.ts';

// What comes back from a submit, in whatever shape, under whatever status, and packed however: a task that is named is
// never bought twice and never lost, and a refusal is one whoever wrote it.

const video = readFileSync(new URL('../fixtures/moov-first.mp4', import.meta.url));
const id = '0f3c5d2a-1111-4222-8333-944445555666';
const saved = [0, 'saved', '1/1', 'saved'] as [number, 'saved', '1/1', string];
const refused = (exit: number) => [exit, 'none', '1/0', 'failed'] as [number, 'none', '1/0', string];
const open = [14, 'none', '1/0', 'unconfirmed'] as [number, 'none', '1/0', string];

type Service = {
  isDone?: boolean;
  pack?: (body: Buffer) => RudeReply;
  /** The answer to the submit. */
  answer: RudeReply;
};

/** A service that has the task, or does not, and answers a submit as it likes. */
const service =
  (command: CommandName, { isDone = true, pack, answer }: Service): NonNullable<Row['script']> =>
  (origin, accept) =>
  ({ method, url }) => {
    if (url.endsWith('.mp4')) return { body: video };
    const packed = (reply: RudeReply) =>
      pack === undefined || !('body' in reply) ? reply : { ...reply, ...pack(bytesOf(reply.body)) };
    if (method === 'POST' && /video-synthesis|\/wan\/videos|\/generate\//u.test(url)) {
      if (isDone) accept();
      return packed(answer);
    }
    const link = `${origin()}/a.mp4`;
    if (command.startsWith('acedata')) {
      const done = { id, finished_at: 1_790_000_000, response: { success: true, video_url: link } };
      return packed({ body: isDone ? done : {} });
    }
    if (command.startsWith('sinancode'))
      return packed({ body: { id, status: 'completed', result: [{ type: 'video', url: link }] } });
    if (/\/tasks\/\?/u.test(url)) return packed({ body: { total: 0, data: [] } });
    const output = isDone
      ? { task_id: id, task_status: 'SUCCEEDED', video_url: link }
      : { task_id: id, task_status: 'UNKNOWN' };
    return packed({ body: { request_id: 'r', output } });
  };

function bytesOf(body: unknown): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

const answered = (
  fault: string,
  expected: Parameters<typeof row>[3],
  options: Service,
  command: CommandName = 't2v',
) => row(fault, command, [], expected, { hasty: true, video, script: service(command, options) });

const accepted = { output: { task_id: id, task_status: 'PENDING' }, request_id: 'r' };
const packed = (fault: string, pack: (body: Buffer) => RudeReply) =>
  answered(fault, saved, { answer: { body: accepted }, pack });
const coded = (encoding: string, body: Uint8Array) => ({ body, headers: { 'content-encoding': encoding } });
const wide = (body: Buffer) => Buffer.from(`\uFEFF${body.toString()}`, 'utf16le');

const codings: Row[] = [
  packed('gzip', (body) => coded('gzip', gzipSync(body))),
  packed('gzip, as x-GZIP', (body) => coded('x-GZIP', gzipSync(body))),
  packed('gzip that nobody names', (body) => ({ body: gzipSync(body) })),
  packed('called gzip, and plain', (body) => coded('gzip', body)),
  packed('deflate without its header', (body) => coded('deflate', deflateRawSync(body))),
  packed('br', (body) => coded('br', brotliCompressSync(body))),
  packed('br, then gzip', (body) => coded('br, gzip', gzipSync(brotliCompressSync(body)))),
  packed('a byte order mark', (body) => ({ body: Buffer.concat([Buffer.from('\uFEFF'), body]) })),
  packed('UTF-16', (body) => ({ body: wide(body) })),
  packed('UTF-16 in gzip', (body) => coded('gzip', gzipSync(wide(body)))),
  packed('100 KiB of headers', (body) => ({
    body,
    headers: { 'x-a': 'a'.repeat(50_000), 'x-b': 'b'.repeat(50_000) },
  })),
  answered('a bomb of gzip', open, {
    isDone: false,
    answer: coded('gzip', gzipSync(Buffer.alloc(64 * 1024 * 1024))),
  }),
];

/** Everything the service says is packed, that which comes before and after a submit too. */
const elsewhere: Row[] = [
  row('gzip, of policy and upload too', 'i2v', [], saved, {
    hasty: true,
    video,
    script: (origin, accept) => {
      const own = service('i2v', { answer: { body: accepted }, pack: (body) => ({ body: gzipSync(body) }) });
      const answer = own(origin, accept) as (request: RudeRequest, number: number) => RudeReply;
      return (request, number) => {
        if (request.url.endsWith('/up')) return coded('gzip', gzipSync(''));
        if (!request.url.includes('/uploads')) return answer(request, number);
        const data = {
          policy: 'p',
          signature: 's',
          upload_dir: 'd',
          upload_host: `${origin()}/up`,
          expire_in_seconds: '300',
          max_file_size_mb: '100',
          oss_access_key_id: 'a',
          x_oss_object_acl: 'private',
          x_oss_forbid_overwrite: 'true',
        };
        return { body: gzipSync(`\uFEFF${JSON.stringify({ data })}`) };
      };
    },
  }),
  row('br, of the list too', 't2v', [], [14, 'none', '1/1', 'unconfirmed'], {
    hasty: true,
    video,
    script: (origin, accept) => {
      const own = service('t2v', {
        answer: { body: '' },
        pack: (body) => coded('br', brotliCompressSync(body)),
      });
      const answer = own(origin, accept) as (request: RudeRequest, number: number) => RudeReply;
      return (request, number) => {
        if (request.url.endsWith(`/tasks/${id}`)) {
          const link = `${origin()}/a.mp4`;
          const output = {
            task_id: id,
            task_status: 'SUCCEEDED',
            video_url: link,
            orig_prompt: 'a paper boat',
          };
          return coded('br', brotliCompressSync(JSON.stringify({ output })));
        }
        if (!request.url.includes('/tasks/?')) return answer(request, number);
        const task = { task_id: id, model_name: 'wan2.6-t2v', gmt_create: Date.now() };
        return coded('br', brotliCompressSync(JSON.stringify({ total: 1, data: [task] })));
      };
    },
    resume: { exit: 0, file: 'saved', submits: '1/1', record: 'saved' },
  }),
];

const named: Row[] = [
  answered('500 InternalError with the task', saved, {
    answer: { status: 500, body: { ...accepted, code: 'InternalError', message: 'x' } },
  }),
  answered('429 with the task', saved, { answer: { status: 429, body: accepted } }),
  answered('302 with the task', saved, { answer: { status: 302, body: accepted } }),
  answered('400 with the task', saved, {
    answer: { status: 400, body: { ...accepted, code: 'InvalidParameter' } },
  }),
  answered('the task in data', saved, { answer: { body: { code: 0, data: { taskId: id } } } }),
  answered('the task in half of JSON', saved, {
    answer: { body: `{"output":{"task_status":"PENDING","task_id":"${id}"`, cutAfter: 87 },
  }),
  answered('429 with a task that is not there', refused(4), {
    isDone: false,
    answer: { status: 429, body: accepted },
  }),
  answered('401 with a task that is not there', refused(3), {
    isDone: false,
    answer: { status: 401, body: { ...accepted, code: 'InvalidApiKey' } },
  }),
  answered('500 with a task that is not there', open, {
    isDone: false,
    answer: { status: 500, body: accepted },
  }),
  answered('several tasks', open, {
    isDone: false,
    answer: { status: 500, body: { data: [{ task_id: 'a-1' }, { task_id: 'b-2' }] } },
  }),
  answered('the task in data', saved, { answer: { body: { data: { task_id: id } } } }, 'acedata t2v'),
  answered(
    '504 timeout with the task',
    saved,
    { answer: { status: 504, body: { task_id: id, error: { code: 'timeout', message: 'x' } } } },
    'acedata t2v',
  ),
  answered(
    '400 bad_request with the task',
    saved,
    { answer: { status: 400, body: { task_id: id, error: { code: 'bad_request', message: 'x' } } } },
    'acedata t2v',
  ),
  answered('an id beside a status', saved, { answer: { body: { id, status: 'pending' } } }, 'sinancode i2v'),
  answered('the task in a text', saved, { answer: { body: `task ${id} created` } }, 'sinancode i2v'),
  answered('a number', saved, { answer: { body: { task_id: 912345678901 } } }, 'sinancode i2v'),
];

const page = '<html><head><title>Sign in</title></head></html>';
const turned = (fault: string, status: number, body: RudeReply & object, exit: number) =>
  answered(fault, refused(exit), { isDone: false, answer: { status, ...body } });

const refusals: Row[] = [
  turned('400, nothing', 400, { body: '' }, 2),
  turned('401, a text', 401, { body: 'Unauthorized' }, 3),
  turned('401, half of JSON', 401, { body: '{"code":"InvalidApiKey"}', cutAfter: 9 }, 3),
  turned('402, a page', 402, { body: page }, 4),
  turned('403, a page', 403, { body: page }, 3),
  turned('404, a page', 404, { body: page }, 6),
  turned('405, another JSON', 405, { body: { errors: ['no such method'] } }, 6),
  turned('413, a page', 413, { body: page }, 2),
  turned('422, FastAPI', 422, { body: { detail: [{ loc: ['body'], msg: 'bad' }] } }, 2),
  turned('451, a text', 451, { body: 'No.' }, 6),
  ...[409, 425, 460, 499].map((status) =>
    answered(`${status}, a page`, open, { isDone: false, answer: { status, body: page } }),
  ),
  answered('303', open, { isDone: false, answer: { status: 303, headers: { location: '/x' } } }),
];

matrix('answers', [...codings, ...elsewhere, ...named, ...refusals]);
