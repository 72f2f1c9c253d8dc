import { describe, expect, test } from 'vitest';
import {
  judgeEvidence,
  mayBeOf,
  visibleAfterMs,
  wasThereInTime,
  withoutSend,
  type Uptime,
} from '../../src/core/lost-send.ts';
import type { ListedTask } from '../../src/core/task-list.ts';
import { makeJob } from './make-job.ts';

const sentMs = Date.UTC(2026, 10, 20, 12);
const hourMs = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();
const made = (offsetMs: number, model = 'm'): ListedTask => ({
  taskId: 't',
  model,
  createdMs: sentMs + offsetMs,
});

describe('which tasks may be the send’s', () => {
  const known = { model: 'm', service_sent_at: iso(sentMs) };
  test.each<[string, ListedTask, boolean]>([
    ['5 s before the send', made(-5_000), true],
    ['earlier', made(-5_001), false],
    ['120 s after it', made(120_000), true],
    ['later', made(120_001), false],
    ['another model', made(0, 'n'), false],
    ['no time told', { taskId: 't', model: 'm' }, true],
    ['no model told', { taskId: 't', createdMs: sentMs }, true],
  ])('%s', (_name, task, may) => {
    expect(mayBeOf(known, task)).toBe(may);
  });

  // After a crash nobody knows when it was by the service's clock.
  const read = { model: 'm', first_read_at: iso(sentMs) };
  test.each<[string, ListedTask, boolean]>([
    ['a day before', made(-24 * hourMs), true],
    ['ten minutes after the first reading', made(visibleAfterMs), true],
    ['later', made(visibleAfterMs + 1), false],
    ['a model that is spelled otherwise', made(0, 'm-2026-01-01'), true],
    ['no time told', { taskId: 't' }, true],
  ])('after a crash: %s', (_name, task, may) => {
    expect(mayBeOf(read, task)).toBe(may);
  });

  test('after a crash, before anything was read, each may be', () => {
    expect(mayBeOf({ model: 'm' }, made(48 * hourMs))).toBe(true);
    expect(wasThereInTime({ model: 'm' }, made(48 * hourMs))).toBe(true);
  });
});

describe('what two readings prove', () => {
  const boot = (ms: number, name = 'one'): Uptime => ({ boot: name, ms });
  const by = { model: 'm', service_sent_at: iso(sentMs), first_read_at: iso(sentMs + 1_000) };
  const crash = { model: 'm', sent_uptime: boot(5_000), first_read_at: iso(sentMs + 1_000) };
  const at = (startMs: number, endMs = startMs) => ({ startMs: sentMs + startMs, endMs: sentMs + endMs });
  const later = 1_000 + visibleAfterMs;
  test.each([
    ['ten minutes apart', by, at(later), undefined, 'whole'],
    ['a millisecond less', by, at(later - 1, later), undefined, 'early'],
    ['the first one', { ...by, first_read_at: undefined }, at(later), undefined, 'early'],
    ['no Date', by, { startMs: undefined, endMs: undefined }, undefined, 'gone'],
    ['no Date on the last page', by, { startMs: sentMs + later, endMs: undefined }, undefined, 'gone'],
    ['just within the day', by, at(23.5 * hourMs - 1), undefined, 'whole'],
    ['the last page after it', by, at(23.5 * hourMs - 1, 23.5 * hourMs), undefined, 'gone'],
    ['a clock that went back', by, at(-1), undefined, 'gone'],
    ['after a crash, the same run of the machine', crash, at(later), boot(6_000), 'whole'],
    ['after a crash, a day of it later', crash, at(later), boot(5_000 + 23.5 * hourMs), 'gone'],
    ['after a crash and a reboot', crash, at(later), boot(6_000, 'two'), 'gone'],
    ['after a crash, an uptime that went back', crash, at(later), boot(4_999), 'gone'],
    ['after a crash, no uptime now', crash, at(later), undefined, 'gone'],
    ['after a crash, none recorded', { ...crash, sent_uptime: undefined }, at(later), boot(6_000), 'gone'],
  ])('%s', (_name, send, times, uptime, kind) => {
    const { first_read_at: first, ...rest } = send;
    const stored = { ...rest, ...(first === undefined ? {} : { first_read_at: first }) };
    expect(judgeEvidence(stored as Parameters<typeof judgeEvidence>[0], times, uptime).kind).toBe(kind);
  });
});

test('a job that is sent again tells nothing of its first send', () => {
  const job = makeJob({
    status: 'unconfirmed',
    service_sent_at: iso(sentMs),
    first_read_at: iso(sentMs),
    sent_uptime: { boot: 'b', ms: 1 },
    adopted: { settled: true },
  });
  expect(withoutSend(job)).toEqual({ ...makeJob({ status: 'unconfirmed' }), sent_at: null });
});
