import path from 'node:path';
import { listFiles } from '../helpers/run-wan.ts';
import { debrisIn, recordsIn, sha256Of, type Record } from './records.ts';
import type { Scenario } from './scenarios.ts';
import { isSubmit, noLongerOpenMs, video, type Strike, type TracedRun, type World } from './world.ts';

// Every check gives what is wrong as sentences: one crash may break several promises.

const codes = { SIGKILL: 137, SIGTERM: 143, SIGINT: 130, SIGSTOP: 0 };
/** Generous: other processes run as well, and a service that is about to answer is given its time. */
const longestEndMs = 6_000;

/** How the struck run itself ended. */
export function checkEnd(
  { prompts, size }: Scenario,
  { exitCode, stderr, trace }: TracedRun,
  { at, signal }: Strike,
): string[] {
  // A busy machine writes a record of a download more, or less: then the end comes a little earlier.
  const isNearEnd = typeof at === 'number' && trace.points.length > 0.8 * at && exitCode === 0;
  if (trace.struckAfter === undefined)
    return isNearEnd ? [] : [`it ended with ${exitCode} before that point`];
  const code = codes[signal];
  if (signal === 'SIGKILL') return exitCode === code ? [] : [`it survived a SIGKILL, exit ${exitCode}`];
  const problems: string[] = [];
  // The signal may have come when all was done but the goodbye.
  if (exitCode !== code && exitCode !== 0) problems.push(`it ended with ${exitCode} on ${signal}`);
  if ((trace.endedAfterMs ?? 0) > longestEndMs) problems.push(`it took ${trace.endedAfterMs} ms to end`);
  if (/wan has a fault|^\s+at /mu.test(stderr)) problems.push('it fell over');
  // What was on its way may still leave or arrive; nothing more is begun.
  const traffic = trace.points
    .slice(trace.struckAfter)
    .filter((name) => /^(?:before send|receive)/u.test(name));
  const most = 3 * prompts.length + (size === 'large' ? 4 : 0);
  if (traffic.length > most) problems.push(`it went on after ${signal}: ${traffic.join(', ')}`);
  return problems;
}

/** The promise itself: each job paid at most once, and what was paid is a whole file. */
export async function checkJobs(world: World, scenario: Scenario, last: TracedRun): Promise<string[]> {
  const [all, tasks] = await Promise.all([recordsIn(world), world.tasks()]);
  // One that was called off before it was sent makes room for another: to the user they are one wish.
  const records = all.filter(({ status, request }) => status !== 'canceled' || !isMadeAgain(all, request));
  const problems: string[] = [];
  const sent = world.requests.filter(isSubmit).length;
  if (sent > scenario.prompts.length) problems.push(`${sent} submits were sent`);
  if (records.length > scenario.prompts.length) problems.push(`${records.length} records`);
  let isOpen = false;
  for (const prompt of scenario.prompts) {
    const paid = tasks.filter((task) => task.prompt === prompt);
    const record = records.find(({ request }) => request?.prompt === prompt);
    if (paid.length > 1) problems.push(`"${prompt}" was paid ${paid.length} times`);
    const [task] = paid;
    // oxlint-disable-next-line no-await-in-loop
    if (record?.status === 'succeeded')
      problems.push(...(await checkSaved(world, scenario, record, task?.id)));
    else if (record?.status === 'unconfirmed' || record?.status === 'submitting') {
      isOpen = true;
      problems.push(...checkUnconfirmed(scenario, prompt, task !== undefined, last));
    } else if (task !== undefined) {
      problems.push(
        `"${prompt}" was paid, and its record says ${record?.status ?? 'nothing: there is none'}`,
      );
    } else if (scenario.isOld && record?.status === 'failed') {
      // By then it is certain that nothing was accepted: this run has found that out, or an earlier one.
      isOpen = true;
      if (last.exitCode !== 6 && last.exitCode !== 0) problems.push(`never accepted, exit ${last.exitCode}`);
    } else if (record !== undefined && record.status !== 'canceled') {
      problems.push(`"${prompt}" ended as ${record.status}, not sent`);
    }
  }
  if (!isOpen && last.exitCode !== 0) problems.push(`all is well, yet the exit code is ${last.exitCode}`);
  return problems;
}

function isMadeAgain(records: readonly Record[], request: Record['request']): boolean {
  return records.some((other) => other.status !== 'canceled' && other.request?.prompt === request?.prompt);
}

async function checkSaved(
  world: World,
  { size }: Scenario,
  record: Record,
  taskId: string | undefined,
): Promise<string[]> {
  const problems: string[] = [];
  const { sha256 } = await video(size);
  const [output] = record.outputs;
  const file = output?.path ?? '';
  if (record.task_id !== taskId) problems.push(`the record names the task ${record.task_id}, not ${taskId}`);
  if (record.folders.join(' ') !== 'done')
    problems.push(`its record lies in ${record.folders.join(' and ')}`);
  if (path.dirname(file) !== world.place.cwd) problems.push(`the record says it was saved as "${file}"`);
  else if ((await sha256Of(file)) !== sha256) problems.push(`${file} is not what the service served`);
  if (output?.sha256 !== sha256) problems.push(`the record has the hash ${output?.sha256}`);
  return problems;
}

/** Without a list to look in, time and prompt are all that can be told. With one, only what is not in it stays open. */
function checkUnconfirmed(
  { provider, prompts }: Scenario,
  prompt: string,
  wasAccepted: boolean,
  { exitCode, stderr }: TracedRun,
): string[] {
  const problems: string[] = [];
  if (provider === 'dashscope' && wasAccepted) problems.push('it was accepted, and nobody looked');
  if (exitCode !== 14 && !(prompts.length > 1 && exitCode === 12))
    problems.push(`unconfirmed, exit ${exitCode}`);
  if (!stderr.includes(prompt)) problems.push('the prompt of the unconfirmed job is not told');
  if (!/\d{4}-\d\d-\d\dT\d\d:\d\d|\d\d:\d\d/u.test(stderr)) problems.push('its time is not told');
  return problems;
}

/** Ten minutes after a send that the service's list does not show, the user's word sends exactly once more. */
export async function checkLateResubmit(world: World, scenario: Scenario): Promise<string[]> {
  if (scenario.provider !== 'dashscope') return [];
  const lost = (await recordsIn(world)).filter(({ status }) =>
    /^(?:unconfirmed|submitting|failed)$/u.test(status),
  );
  const problems: string[] = [];
  if (lost.length > 0) world.later(noLongerOpenMs);
  for (const { id, request } of lost) {
    const sentBefore = world.requests.filter(isSubmit).length;
    // One after the other: the service's log is one.
    // oxlint-disable-next-line no-await-in-loop
    const run = await world.run(['resume', id, '--resubmit']);
    const sent = world.requests.filter(isSubmit).length - sentBefore;
    if (run.exitCode !== 0) problems.push(`--resubmit ended with ${run.exitCode}: ${run.stderr}`);
    if (sent !== 1) problems.push(`--resubmit sent ${sent} times`);
    // oxlint-disable-next-line no-await-in-loop
    const [records, tasks] = await Promise.all([recordsIn(world), world.tasks()]);
    const paid = tasks.filter(({ prompt }) => prompt === request?.prompt);
    const saved = records.find((record) => record.id === id && record.status === 'succeeded');
    if (paid.length !== 1) problems.push(`after --resubmit there are ${paid.length} tasks`);
    // oxlint-disable-next-line no-await-in-loop
    if (saved !== undefined) problems.push(...(await checkSaved(world, scenario, saved, paid[0]?.id)));
    else problems.push('--resubmit did not save it');
  }
  return problems;
}

/** A command with a job key may be repeated for ever: it buys nothing, and says where the video is. */
export async function checkRepeat(world: World, { again }: Scenario): Promise<string[]> {
  if (!again.includes('--job-key')) return [];
  const sent = world.requests.filter(isSubmit).length;
  const { exitCode, stdout } = await world.run(again);
  const problems: string[] = [];
  if (world.requests.filter(isSubmit).length > sent) problems.push('the same key bought again');
  if (exitCode !== 0) problems.push(`the same key ended with ${exitCode}`);
  if (!stdout.includes(path.join(world.place.cwd, 'out.mp4'))) problems.push(`the same key said "${stdout}"`);
  return problems;
}

/** What is left lying about, once nothing is unfinished. */
export async function checkRest(world: World, scenario: Scenario): Promise<string[]> {
  const records = await recordsIn(world);
  if (records.some(({ folders }) => !folders.includes('done')))
    return scenario.provider === 'dashscope' ? ['still open'] : [];
  const problems: string[] = [];
  // Without hard links a name is claimed by writing to it; what a kill leaves of a claim may be anybody's, and stays.
  const counts = scenario.hasLinks ? /./u : /\.part$/u;
  const work = (await debrisIn(world.place.cwd)).filter((file) => counts.test(file));
  if (work.length > 0) problems.push(`left behind: ${work.join(', ')}`);
  const { sha256 } = await video(scenario.size);
  const files = await listFiles(world.place.cwd);
  const hashes = await Promise.all(files.map((file) => sha256Of(path.join(world.place.cwd, file))));
  const copies = hashes.filter((hash) => hash === sha256).length;
  const saved = records.filter(({ status }) => status === 'succeeded').length;
  if (copies !== saved) problems.push(`${saved} saved, but there is ${files.join(', ')}`);
  // Young ones may belong to a living process: the next look at the jobs takes them away once they are old.
  if ((await staleIn(world)).length > 0) {
    world.later(2 * 3_600_000);
    await world.run(['list']);
  }
  const stale = await staleIn(world);
  if (stale.length > 0) problems.push(`nobody takes away: ${stale.join(', ')}`);
  return problems;
}

/** Among the records: half-made ones, and what is there twice. */
async function staleIn(world: World): Promise<string[]> {
  const halfMade = await debrisIn(world.place.stateDirectory);
  const twice = (await recordsIn(world)).filter(({ folders }) => folders.length > 1);
  return [
    ...halfMade.filter((file) => /^(?:open|done)\//u.test(file)),
    ...twice.map(({ id }) => `open/${id}.json`),
  ];
}
