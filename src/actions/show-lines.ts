import { formatBytes } from '../core/bytes.ts';
import { formatDuration } from '../core/duration.ts';
import { isFinal, type Job, type JobOutput } from '../core/job.ts';
import { formatAge, localTime } from '../core/local-time.ts';
import { modeTitles } from '../core/mode.ts';
import { breakAllCommands, oneLine } from '../core/plain-text.ts';
import { foldPair } from '../core/fold-text.ts';
import { requestCommand, requestFlags, shellLine } from '../core/request-flags.ts';
import type { GenerationRequest } from '../core/request.ts';
import { cutLinks, cutQuery } from '../core/shown-link.ts';
import { textWidth } from '../core/text-width.ts';
import { nextSteps } from './next-steps.ts';

type Surroundings = {
  nowMs: number;
  /** Where the record lies. */
  record: string;
  /** What is to be said of each video where it was saved; empty where all is well. */
  files: readonly string[];
  /** Columns that there are. */
  width: number;
};

/** Of the longest label: all pages look alike. */
const labelWidth = 10;

type Row = readonly [label: string, value: string | null | undefined];

/** One job as a page. Links to results are left out: they open the video for everybody. */
export function jobLines(job: Job, { nowMs, record, files, width }: Surroundings): string[] {
  const time = (at: string | null) => (at === null ? null : describeTime(at, nowMs));
  const request = job.request as GenerationRequest | null;
  const steps = nextSteps(job, files);
  const rows: Row[] = [
    ['job', job.id],
    ['status', job.status],
    ['task', job.task_id],
    ['mode', job.mode === null ? null : `${job.mode}: ${modeTitles[job.mode]}`],
    ['model', job.model],
    ['prompt', breakAllCommands(request?.prompt ?? '')],
    ...(request === null ? [] : askedRows(job, request, steps)),
    ['sent to', placeOf(job)],
    ['made', time(job.created_at)],
    ['sent', time(job.sent_at)],
    ['accepted', time(job.submitted_at)],
    ['ended', time(job.finished_at)],
    ['link', linkOf(job, nowMs)],
    ...job.outputs.flatMap((output, index) => outputRows(output, files[index] ?? '')),
    ['billed', usageOf(job)],
    ['error', errorOf(job)],
    ['hint', cutLinks(job.error?.hint ?? '')],
    ['request id', job.request_id],
    ['answer', answerOf(job)],
    ['named', taskNames(job)],
    ['job key', job.job_key ?? null],
    ['record', record],
    ...steps.map((step): Row => ['next', step]),
  ];
  const known = rows.filter((row): row is readonly [string, string] => (row[1] ?? '') !== '');
  return known.flatMap(([label, value], index) => {
    const isAgain = known[index - 1]?.[0] === label;
    const name = `${(isAgain ? '' : label).padEnd(labelWidth)}  `;
    const text = oneLine(value);
    // For pasting: a shell would take each line for a command of its own, so the terminal may fold it.
    if (label !== 'command' || name.length + textWidth(text) <= width) return foldPair(name, text, width);
    return [label, `  ${text}`];
  });
}

/** What was asked: as a command that can be pasted where all of it may be shown, else in words. */
function askedRows(job: Job, request: GenerationRequest, steps: readonly string[]): Row[] {
  const command = requestCommand(request, placeFlags(job));
  if (command !== undefined) return [['command', command]];
  const again = `wan rerun ${job.id}`;
  return [
    ['asked', shellLine(requestFlags(request))],
    ['command', steps.includes(again) ? null : again],
  ];
}

/** The flags that lead to the same service. */
function placeFlags({ provider, region, profile, workspace, custom_base }: Job): string[] {
  if (region === 'sandbox') return ['--sandbox', '--provider', provider];
  const pair = (flag: string, value: string | null) => (value === null ? [] : [flag, value]);
  return [
    ...(profile === provider ? ['--provider', provider] : ['--profile', profile]),
    ...pair('--region', region),
    ...pair('--workspace', workspace),
    ...pair('--base-url', custom_base === null ? null : cutQuery(custom_base)),
  ];
}

function describeTime(at: string, nowMs: number): string {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? at : `${localTime(ms)} (${formatAge(nowMs - ms)})`;
}

/** Who was asked, as far as the record says: the key is only known by its profile. */
function placeOf({ provider, region, profile, workspace, custom_base }: Job): string {
  return [
    region === 'sandbox' ? `the sandbox, as ${provider}` : provider,
    ...(region === null || region === 'sandbox' ? [] : [`region ${region}`]),
    `profile ${profile}`,
    ...(workspace === null ? [] : [`workspace ${workspace}`]),
    ...(custom_base === null ? [] : [`at ${cutQuery(custom_base)}`]),
  ].join(', ');
}

function linkOf({ expires_at, outputs }: Job, nowMs: number): string | null {
  if (expires_at === null) return outputs.length === 0 ? null : 'expires at a time that is not known';
  const ms = Date.parse(expires_at);
  const leftMs = ms - nowMs;
  return leftMs > 0
    ? `expires ${localTime(ms)} (in ${formatDuration(leftMs)})`
    : `expired ${localTime(ms)} (${formatAge(-leftMs)})`;
}

function outputRows(output: JobOutput, state: string): Row[] {
  const { path, bytes, width, height, seconds, has_audio, sha256 } = output;
  const facts = [
    ...(bytes === null ? [] : [formatBytes(bytes)]),
    ...(width === null || height === null ? [] : [`${width}x${height}`]),
    ...(seconds === null ? [] : [`${Number(seconds.toFixed(2))} s`]),
    ...(has_audio === null ? [] : [has_audio ? 'with sound' : 'silent']),
  ].join(', ');
  const place = path === '-' ? 'written to stdout' : path;
  return [
    ['video', place === null ? null : `${place}${state === '' ? '' : ` (${state})`}`],
    ['video', facts],
    ['sha256', sha256],
  ];
}

function usageOf({ usage }: Job): string | null {
  if (usage === null) return null;
  const { billedSeconds, inputSeconds, outputSeconds } = usage;
  const parts = [
    ...(billedSeconds === null ? [] : [`${billedSeconds} s`]),
    ...(inputSeconds === null ? [] : [`input ${inputSeconds} s`]),
    ...(outputSeconds === null ? [] : [`output ${outputSeconds} s`]),
  ];
  return parts.join(', ');
}

function errorOf(job: Job): string | null {
  const { error } = job;
  if (error === null) return null;
  const id = error.request_id === null ? '' : ` (request id ${error.request_id})`;
  const isDone = isFinal(job) ? '' : ' (the last time)';
  return `${error.code === null ? '' : `${error.code}: `}${cutLinks(error.message)}${id}${isDone}`;
}

/** The first words of an answer to the submit that was not plainly a yes or a no. */
function answerOf({ answer }: Job): string | null {
  if (answer === undefined) return null;
  const { status, type, text } = answer;
  return `${status}${type === null ? '' : ` ${type}`}: ${text === '' ? '(empty)' : cutLinks(text)}`;
}

/** Tasks that it named, as long as none of them is the job's. */
function taskNames({ named_tasks: names = [], task_id: taskId }: Job): string | null {
  return taskId === null && names.length > 0 ? `task ${names.join(', task ')}` : null;
}
