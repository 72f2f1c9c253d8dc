/** A task as a service's list of them shows it. */
export type ListedTask = {
  taskId: string;
  model?: string;
  /** Milliseconds since 1970, by the service's clock. */
  createdMs?: number;
  /** The prompt, where the list echoes what was asked. */
  prompt?: string;
};

/** A page of the list. */
export type TaskPage = {
  tasks: ListedTask[];
  /** Of the whole list, where the service counts it. */
  total?: number;
};

// The clocks of two machines, and the time a submit may take to become a task.
const beforeMs = 5_000;
const afterMs = 120_000;

/**
 * The listed tasks that a submit may have made: of its model, and made at its time.
 * @param sentMs when it was sent, by the service's clock
 */
export function candidatesIn(
  tasks: readonly ListedTask[],
  { model, sentMs }: { model: string | null; sentMs: number },
): ListedTask[] {
  return tasks.filter(
    ({ createdMs, model: made }) =>
      // What a list does not say rules nothing out.
      (made === undefined || model === null || made === model) &&
      (createdMs === undefined || (createdMs >= sentMs - beforeMs && createdMs <= sentMs + afterMs)),
  );
}
