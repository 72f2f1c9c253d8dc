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
