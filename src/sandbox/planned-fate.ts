import type { FaultRule } from './fault-plan.ts';
import type { Task } from './task-store.ts';

/**
 * The end that a fault plan gives a task; undefined where it gives none. A rule with an empty code makes one that fails
 * without a reason.
 * @param usualCode the service's own word for a fault nobody can explain
 */
export function plannedFate(fault: FaultRule | undefined, usualCode: string): Task['fate'] {
  if (fault?.task === undefined) return undefined;
  const code = fault.code ?? usualCode;
  const message = fault.message ?? (code === '' ? '' : 'This failure was asked for by the fault plan.');
  return { state: fault.task, code, message };
}
