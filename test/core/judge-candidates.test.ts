import { describe, expect, test } from 'vitest';
import { judgeCandidates, visibleAfterMs, type Candidate } from '../../src/core/judge-candidates.ts';
import { candidatesIn, type ListedTask } from '../../src/core/task-list.ts';

const sentMs = Date.UTC(2026, 10, 20, 12);
const candidate = (taskId: string, state: Candidate['state'], match: Candidate['match']): Candidate => ({
  taskId,
  state,
  match,
});
const ours = candidate('a', 'succeeded', 'ours');
const twin = candidate('b', 'succeeded', 'ours');
const strange = candidate('c', 'succeeded', 'other');
const failed = candidate('d', 'failed', 'unknown');
const running = candidate('e', 'running', 'unknown');

describe('what the candidates say', () => {
  test.each<[string, Candidate[], number, string]>([
    ['ours alone', [ours], 0, 'found'],
    ['ours among strangers', [strange, ours, failed], 0, 'found'],
    ['two with our prompt', [ours, twin], 0, 'open'],
    ['a stranger alone', [strange], visibleAfterMs, 'open'],
    ['one that runs', [running], visibleAfterMs, 'open'],
    ['all failed', [failed, candidate('f', 'canceled', 'unknown')], 0, 'failed'],
    ['one failed, one a stranger’s', [failed, strange], visibleAfterMs, 'open'],
    ['none, at once', [], 0, 'too-early'],
    ['none, a millisecond early', [], visibleAfterMs - 1, 'too-early'],
    ['none, ten minutes later', [], visibleAfterMs, 'not-accepted'],
    ['none, after the day that is listed', [], 24 * 60 * 60_000, 'too-late'],
    ['ours, and one that still runs', [ours, running], 0, 'open'],
    ['ours, and a stranger’s that still runs', [ours, candidate('g', 'running', 'other')], 0, 'found'],
  ])('%s', (_name, candidates, laterMs, kind) => {
    const finding = judgeCandidates(candidates, { sentMs, nowMs: sentMs + laterMs });
    expect(finding.kind).toBe(kind);
    if (finding.kind === 'found') expect(finding.taskId).toBe('a');
    if (finding.kind === 'too-early') expect(finding.untilMs).toBe(sentMs + visibleAfterMs);
  });
});

describe('which tasks may be ours', () => {
  const at = (offsetMs: number, model = 'm'): ListedTask => ({
    taskId: 't',
    model,
    createdMs: sentMs + offsetMs,
  });
  test.each<[string, ListedTask, boolean]>([
    ['5 s before the send', at(-5_000), true],
    ['earlier', at(-5_001), false],
    ['120 s after it', at(120_000), true],
    ['later', at(120_001), false],
    ['another model', at(0, 'n'), false],
    ['no time told', { taskId: 't', model: 'm' }, true],
    ['no model told', { taskId: 't', createdMs: sentMs }, true],
  ])('%s', (_name, task, isCandidate) => {
    expect(candidatesIn([task], { model: 'm', sentMs })).toEqual(isCandidate ? [task] : []);
  });
});
