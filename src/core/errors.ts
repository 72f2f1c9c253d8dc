import { ExitCode, type ErrorClass } from './exit-code.ts';
import { oneLine } from './plain-text.ts';

/** What a failure carries besides its one-line message. */
export type ErrorDetails = {
  /** The next command to type, or what to change. */
  hint?: string | undefined;
  /** The service's own error code, when a service refused. */
  code?: string | undefined;
  /** The service's id of the call: what its support will ask for. */
  requestId?: string | undefined;
  /** True when the same command may succeed later, unchanged. */
  retryable?: boolean | undefined;
  cause?: unknown;
};

/**
 * Every expected failure of the program. Its message is one line that says what failed, on what; the single
 * catch in `main` turns it into words, JSON and an exit code.
 */
export class WanError extends Error {
  readonly class: ErrorClass = 'error';
  readonly hint: string | undefined;
  readonly code: string | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean;

  constructor(message: string, details: ErrorDetails = {}) {
    super(oneLine(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.hint = details.hint === undefined ? undefined : oneLine(details.hint);
    this.code = details.code;
    this.requestId = details.requestId;
    this.retryable = details.retryable ?? false;
  }

  get exitCode(): number {
    return ExitCode[this.class];
  }

  /** The same failure with another message or hint: for whoever knows more of what to do next. */
  with(change: { message?: string; hint?: string }): WanError {
    return errorOfClass(this.class, change.message ?? this.message, {
      hint: change.hint ?? this.hint,
      code: this.code,
      requestId: this.requestId,
      retryable: this.retryable,
      cause: this.cause,
    });
  }
}

/** A bad flag, combination or value, or input the model cannot take. */
export class UsageError extends WanError {
  override readonly class = 'usage';
}

/** Key missing or refused, of another region, or not allowed to use this model or workspace. */
export class AuthError extends WanError {
  override readonly class = 'auth';
}

/** There is no key at all: not a refusal, just nothing to ask with. */
export class NoKeyError extends AuthError {}

/** Quota, balance, billing or rate limit. */
export class QuotaError extends WanError {
  override readonly class = 'quota';
}

/** The wait ended, the job goes on. */
export class WaitTimeoutError extends WanError {
  override readonly class = 'timeout';
}

/** Network or service unavailable; never used while a submit's outcome is open. */
export class NetworkError extends WanError {
  override readonly class = 'network';
}

/** The service takes no files now or there: another way to hand them over may do. */
export class UploadUnavailableError extends NetworkError {}

/** A job's record says nothing any more: what can be done without one still can. */
export class DamagedRecordError extends WanError {}

export class ConfirmationError extends WanError {
  override readonly class = 'confirmation';
}

/** Asked for the result of a job that still runs. */
export class NotFinishedError extends WanError {
  override readonly class = 'not_finished';
}

/** The task failed, was cancelled, or succeeded without a link. */
export class GenerationError extends WanError {
  override readonly class = 'generation_failed';
}

/** Refused by the content filter. */
export class ContentFilterError extends WanError {
  override readonly class = 'content_filter';
}

/** Task or result not found or expired. */
export class NotFoundError extends WanError {
  override readonly class = 'not_found';
}

export class SomeFailedError extends WanError {
  override readonly class = 'some_failed';
}

/** Rendered but not saved: download, disk or verification. */
export class NotSavedError extends WanError {
  override readonly class = 'not_saved';
}

/** The link to a video has expired, and it is not known that there is another. */
export class ExpiredLinkError extends NotSavedError {
  /** Milliseconds since 1970; undefined where nobody said when. */
  readonly endedMs: number | undefined;

  constructor(message: string, endedMs: number | undefined, details: ErrorDetails = {}) {
    super(message, details);
    this.endedMs = endedMs;
  }
}

/** The file came whole, twice, and both times was not what the server's own checksum says. It is kept. */
export class ChecksumError extends NotSavedError {
  /** The whole file. */
  readonly partPath: string;

  constructor(message: string, partPath: string) {
    super(message);
    this.partPath = partPath;
  }
}

/** The service may have accepted the job; it was not sent again. */
export class UnconfirmedError extends WanError {
  override readonly class = 'unconfirmed';
}

/** The directory of jobs cannot be used: what needs no record still works. */
export class StateError extends WanError {}

/** This process was stopped for so long that another one does its work now: it changes nothing more. */
export class TakenOverError extends WanError {}

/** The directory of jobs was removed while this process held a job in it: no record is left to name the job by. */
export class StateGoneError extends TakenOverError {}

/** Ctrl-C. */
export class InterruptedError extends WanError {
  override readonly class = 'interrupted';
}

/** SIGTERM. */
export class TerminatedError extends WanError {
  override readonly class = 'terminated';
}

const classes = {
  error: WanError,
  usage: UsageError,
  auth: AuthError,
  quota: QuotaError,
  timeout: WaitTimeoutError,
  network: NetworkError,
  confirmation: ConfirmationError,
  not_finished: NotFinishedError,
  generation_failed: GenerationError,
  content_filter: ContentFilterError,
  not_found: NotFoundError,
  some_failed: SomeFailedError,
  not_saved: NotSavedError,
  unconfirmed: UnconfirmedError,
  interrupted: InterruptedError,
  terminated: TerminatedError,
} satisfies Record<ErrorClass, typeof WanError>;

/** The error of a class named by data: a provider's code table, or a job's record. */
export function errorOfClass(name: ErrorClass, message: string, details: ErrorDetails = {}): WanError {
  return new classes[name](message, details);
}
