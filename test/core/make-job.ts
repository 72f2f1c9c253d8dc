import { recordVersion, type Job } from '../../src/core/job.ts';

export const submittedAt = '2026-11-20T12:00:00.000Z';

/** A submitted job, as its record holds it. */
export function makeJob(patch: Partial<Job> = {}): Job {
  return {
    version: recordVersion,
    id: '1KTAHJ0ABCDE',
    provider: 'dashscope',
    region: 'beijing',
    profile: 'dashscope',
    custom_base: null,
    workspace: null,
    fingerprint: 'same',
    mode: 't2v',
    model: 'wan2.6-t2v',
    request: { mode: 't2v', model: 'wan2.6-t2v', prompt: 'p', media: [] },
    status: 'queued',
    created_at: submittedAt,
    sent_at: submittedAt,
    submitted_at: submittedAt,
    finished_at: null,
    expires_at: null,
    task_id: 'task-1',
    request_id: 'r-submit',
    saving: { output: null, directory: '/tmp', force: false },
    outputs: [],
    usage: null,
    error: null,
    ...patch,
  };
}
