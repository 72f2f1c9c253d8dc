import type { Model } from '../core/model.ts';
import type { GenerationRequest } from '../core/request.ts';
import type { SubmitReader } from '../core/submit-answer.ts';
import type { TaskPage } from '../core/task-list.ts';
import type { TaskReport } from '../core/task.ts';

/** An HTTP call as data. The path is appended to the provider's base; the body is sent as JSON. */
export type HttpCall = {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
};

/** How a service lists the account's tasks: what finds a submit whose answer was lost. */
export type TaskList = {
  /** Pages count from 1. */
  page: (page: number) => HttpCall;
  /** Undefined when the reply is no such list. */
  read: (body: unknown) => TaskPage | undefined;
  /** A documented list shows every task; only there does "not listed" mean that there is none. */
  isPromised: boolean;
};

/** A wire dialect: pure functions from requests to calls and from replies to our own words. */
export type Protocol = SubmitReader & {
  /** @throws {UsageError} for a wish that the dialect has no words for */
  submit: (request: GenerationRequest, model: Model) => HttpCall;
  query: (taskId: string) => HttpCall;
  /** Undefined when the reply is not a task at all: a passing fault. */
  readTask: (body: unknown) => TaskReport | undefined;
  list?: TaskList;
  /** Asks for a task not to be started. Absent where a service has no such call. */
  cancel?: (taskId: string) => HttpCall;
  /** The call that costs nothing and tells whether a key is good. Not every service has one. */
  checkKey?: HttpCall;
  /** Whether the service promises that a failed task costs nothing. */
  failuresAreFree: boolean;
  /** A good key may be answered with an empty body. */
  checkMayBeEmpty: boolean;
};
