import type { ErrorClass } from '../core/exit-code.ts';
import type { Model } from '../core/model.ts';
import type { GenerationRequest } from '../core/request.ts';
import type { TaskReport } from '../core/task.ts';

/** An HTTP call as data. The path is appended to the provider's base; the body is sent as JSON. */
export type HttpCall = {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
};

/** What a refusal says, read from a reply's JSON. */
export type Refusal = {
  /** The service's own code, or undefined where the reply is not the service's error shape. */
  code: string | undefined;
  message: string;
  requestId: string | undefined;
};

/** What a code of a service means to us. */
export type CodeMeaning = {
  class: ErrorClass;
  hint?: string;
  /** The same call may work later. */
  retryable?: boolean;
  /** On a submit: it stays open whether the task exists. */
  ambiguous?: boolean;
  /** The model is not there, or not for this key: another one may be. */
  isAboutModel?: boolean;
};

/** A wire dialect: pure functions from requests to calls and from replies to our own words. */
export type Protocol = {
  submit: (request: GenerationRequest, model: Model) => HttpCall;
  /** The task's id in an accepted submit's reply, or undefined. */
  readTaskId: (body: unknown) => string | undefined;
  query: (taskId: string) => HttpCall;
  /** Undefined when the reply is not a task at all: a passing fault. */
  readTask: (body: unknown) => TaskReport | undefined;
  /** Undefined when the reply is not the service's own error shape. */
  readRefusal: (body: unknown) => Refusal | undefined;
  /** The call that costs nothing and tells whether a key is good. */
  checkKey: HttpCall;
  /** A good key may be answered with an empty body. */
  checkMayBeEmpty: boolean;
  /** Meaning of a code, or of a bare status where the code is unknown. */
  meaningOf: (status: number, refusal: Refusal) => CodeMeaning & { known: boolean };
  /** A submit answered 429 was certainly not accepted, so it may be sent again. */
  retriesRefusedSubmits: boolean;
  /** A reply whose status says it went well says itself that it did not. */
  saysRefused: (body: unknown) => boolean;
  /** With a known code, a 5xx means that nothing was started. */
  refusesWithServerErrors: boolean;
};
