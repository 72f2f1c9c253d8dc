import { expect, test } from 'vitest';
import { checkPrint, printedValues } from '../../src/cli/print-field.ts';
import { dryRunSubject, jobsSubject, jobSubject, subjectOf } from '../../src/cli/subject.ts';

const upload = subjectOf('upload', 'upload');

test.each([
  [
    jobSubject,
    'id job job.id outputs outputs.0 outputs.12.path usage.raw.any.thing request.params.a error.code',
  ],
  [jobSubject, 'schema ok error cost.amount request.ref.0 request.seed usage.billed_seconds'],
  [
    jobsSubject,
    'id jobs jobs.0.id 0.id outputs.0.path count totals totals.billed_seconds totals.cost.amount',
  ],
  [
    dryRunSubject,
    'body body.model dry_run.body.input.prompt totals.billed_seconds warnings.0 uploads.0.path',
  ],
  [upload, 'url upload.url expires_at'],
  [subjectOf('models', 'models'), 'whatever'],
])('%j has: %s', (subject, fields) => {
  for (const field of fields.split(' ')) expect(() => checkPrint(field, subject), field).not.toThrow();
});

test.each([
  [jobSubject, 'promt', /^--print id \| .*outputs/u],
  [jobSubject, 'request.promt', /--print request\.function \| request\.prompt \|/u],
  [jobSubject, 'job.request.promt', /--print job\.request\.function/u],
  [jobSubject, 'outputs.path', /--print outputs\.0\.url \| outputs\.0\.path/u],
  [jobSubject, 'outputs.0.paht', /outputs\.0\.path/u],
  [jobSubject, 'usage.seconds', /usage\.billed_seconds/u],
  [jobSubject, 'id.x', /--print id$/u],
  [jobSubject, 'totals.billed_seconds', /--print id/u],
  [jobSubject, '', /--print id/u],
  [jobSubject, 'constructor', /--print id/u],
  [jobsSubject, 'tsak_id', /--print id \| .*task_id/u],
  [jobsSubject, 'jobs.0.tsak_id', /jobs\.0\.task_id/u],
  [jobsSubject, 'totals.seconds', /totals\.billed_seconds/u],
  [dryRunSubject, 'task_id', /--print method \| url/u],
  [dryRunSubject, 'totals.billed', /totals\.billed_seconds/u],
  [upload, 'link', /--print url/u],
])('%j has no %s', (subject, field, hint) => {
  const check = () => checkPrint(field, subject);
  expect(check).toThrow(expect.objectContaining({ exitCode: 2, hint: expect.stringMatching(hint) }));
});

const jobs = {
  schema: 'wan.jobs/1',
  jobs: [
    { id: 'a', outputs: [{ path: '/a' }], error: null },
    { id: 'b', outputs: [], error: { code: 'X' } },
  ],
  count: 2,
  totals: { billed_seconds: null },
  error: { code: 'Y' },
};

test.each<[string, unknown[]]>([
  ['id', ['a', 'b']],
  ['outputs.0.path', ['/a', undefined]],
  ['error.code', [undefined, 'X']],
  ['jobs.1.id', ['b']],
  ['1.id', ['b']],
  ['count', [2]],
  ['totals.billed_seconds', [undefined]],
])('of several jobs, %s: %j', (field, values) => {
  expect(printedValues(jobs, field, jobsSubject).map((value) => value ?? undefined)).toEqual(values);
});

test('of a list that is not of jobs, a line for each; and what it does not have is a usage error', () => {
  const models = subjectOf('models', 'models');
  const document = {
    schema: 'wan.models/1',
    ok: true,
    models: [{ id: 'a' }, { id: 'b', x: null }],
    error: null,
  };
  expect(printedValues(document, 'id', models)).toEqual(['a', 'b']);
  expect(printedValues(document, 'models.0.id', models)).toEqual(['a']);
  expect(printedValues(document, 'error', models)).toEqual([null]);
  expect(() => printedValues(document, 'di', models)).toThrow(expect.objectContaining({ exitCode: 2 }));
});
