import { describe, expect, test } from 'vitest';
import {
  judgeCandidates,
  type Candidate,
  type Evident,
  type Rival,
} from '../../src/core/judge-candidates.ts';

const at = (taskId: string, state: Candidate['state'], match: Candidate['match'], createdMs?: number) => ({
  taskId,
  state,
  hasEnded: state === 'succeeded' || state === 'failed' || state === 'canceled',
  match,
  createdMs,
});
const ours = at('a', 'succeeded', 'ours', 1_000);
const twin = at('b', 'succeeded', 'ours', 2_000);
const strange = at('c', 'succeeded', 'other', 1_500);
const failed = at('d', 'failed', 'unknown');
const canceled = at('f', 'canceled', 'unknown');
const running = at('e', 'running', 'unknown');
const silent = at('g', 'succeeded', 'unknown');
/** What is said to have ended, without a reason or a link. */
const doubted = (state: 'failed' | 'succeeded') => ({ ...at('i', state, 'unknown'), hasEnded: false });

const own = { jobId: 'OWN', sentMs: 100, index: 1 };
const rival = (patch: Partial<Rival> = {}): Rival => ({
  jobId: 'RIVAL',
  isLive: false,
  isEqual: true,
  isSameSeed: false,
  sentMs: 200,
  index: 2,
  fitsAll: true,
  ...patch,
});
const whole = { kind: 'whole' } as const;
const early = { kind: 'early', untilMs: 5 } as const;
const gone = { kind: 'gone', reason: 'a day' } as const;

function judge(patch: Partial<Evident>) {
  return judgeCandidates({ inside: [], outside: [], rivals: [], evidence: early, own, ...patch });
}

describe('what the candidates say', () => {
  test.each<[string, Partial<Evident>, string]>([
    ['ours alone', { inside: [ours] }, 'found'],
    ['ours among strangers', { inside: [strange, ours, failed] }, 'found'],
    ['ours, and one that has no prompt to tell', { inside: [ours, silent] }, 'found'],
    ['ours, and one of another time', { inside: [ours], outside: [twin] }, 'found'],
    ['two with our prompt', { inside: [ours, twin], evidence: whole }, 'open'],
    ['ours, and one that still runs', { inside: [ours, running], evidence: whole }, 'open'],
    [
      'ours alone, which does not say when it was made',
      { inside: [at('u', 'succeeded', 'ours')], evidence: whole },
      'open',
    ],
    ['one that runs', { inside: [running], evidence: whole }, 'open'],
    ['one that ended and tells no prompt', { inside: [silent], evidence: whole }, 'open'],
    ['the same among failures', { inside: [failed, silent], evidence: whole }, 'open'],
    ['one that a query does not know', { inside: [at('h', 'unknown', 'unknown')], evidence: whole }, 'open'],
    ['none, at once', {}, 'unproven'],
    ['none, too late', { evidence: gone }, 'unproven'],
    ['none, proven', { evidence: whole }, 'not-accepted'],
    ['strangers, at once', { inside: [strange] }, 'unproven'],
    ['strangers, proven', { inside: [strange], evidence: whole }, 'not-accepted'],
    ['a failure without a reason', { inside: [doubted('failed')], evidence: whole }, 'open'],
    [
      'a failure without a reason among failures',
      { inside: [failed, doubted('failed')], evidence: whole },
      'open',
    ],
    [
      'a failure without a reason beside ours',
      { inside: [ours, doubted('failed')], evidence: whole },
      'open',
    ],
    ['a success without a link', { inside: [doubted('succeeded')], evidence: whole }, 'open'],
    [
      'a success without a link at another time',
      { outside: [doubted('succeeded')], evidence: whole },
      'other-time',
    ],
    [
      'a failure without a reason at another time',
      { outside: [doubted('failed')], evidence: whole },
      'other-time',
    ],
    ['failures, at once', { inside: [failed, canceled] }, 'unproven'],
    ['failures, too late', { inside: [failed], evidence: gone }, 'unproven'],
    ['failures, proven', { inside: [failed, canceled, strange], evidence: whole }, 'failed'],
    ['ours at another time', { outside: [ours], evidence: whole }, 'other-time'],
    [
      'ours at another time, beside a failure',
      { inside: [failed], outside: [ours], evidence: whole },
      'other-time',
    ],
    ['one of another time that runs', { outside: [running], evidence: whole }, 'other-time'],
    [
      'strangers and failures of another time',
      { outside: [strange, failed], evidence: whole },
      'not-accepted',
    ],
  ])('%s', (_name, patch, kind) => {
    expect(judge(patch).kind).toBe(kind);
  });

  test('failures are named without what is known to be another’s', () => {
    expect(judge({ inside: [strange, failed], evidence: whole })).toEqual({
      kind: 'failed',
      candidates: [failed],
    });
  });
});

describe('jobs of ours that look the same', () => {
  test.each<[string, Partial<Evident>, string | undefined]>([
    ['one task for two jobs', { inside: [ours], rivals: [rival()] }, undefined],
    ['two for two, ours was sent first', { inside: [twin, ours], rivals: [rival()] }, 'a'],
    ['two for two, ours was sent last', { inside: [twin, ours], rivals: [rival({ sentMs: 50 })] }, 'b'],
    [
      'sent at the same moment: by number',
      { inside: [ours, twin], rivals: [rival({ sentMs: 100, index: 0 })] },
      'b',
    ],
    [
      'three for two',
      { inside: [ours, twin, at('z', 'succeeded', 'ours', 3_000)], rivals: [rival()] },
      undefined,
    ],
    ['two for three', { inside: [ours, twin], rivals: [rival(), rival({ jobId: 'THIRD' })] }, undefined],
    [
      'the other one waits for its answer',
      { inside: [ours, twin], rivals: [rival({ isLive: true })] },
      undefined,
    ],
    [
      'the other one asked for more',
      { inside: [ours, twin], rivals: [rival({ isEqual: false })] },
      undefined,
    ],
    [
      'one task does not fit the other',
      { inside: [ours, twin], rivals: [rival({ fitsAll: false })] },
      undefined,
    ],
    ['one still runs', { inside: [ours, twin, running], rivals: [rival()] }, undefined],
    [
      'one does not say when it was made',
      { inside: [ours, at('y', 'succeeded', 'ours')], rivals: [rival()] },
      undefined,
    ],
  ])('%s', (_name, patch, taskId) => {
    const finding = judge({ ...patch, evidence: whole });
    if (taskId === undefined) expect(finding.kind).toBe('open');
    else expect(finding).toEqual({ kind: 'found', taskId, isSeedKnown: false });
  });

  test('the seed is known where all have the same', () => {
    const finding = judge({ inside: [ours, twin], rivals: [rival({ isSameSeed: true })] });
    expect(finding).toMatchObject({ kind: 'found', isSeedKnown: true });
  });
});
