import type { SendOutcome } from '../core/http.ts';
import type { Job } from '../core/job.ts';
import type { Uptime } from '../core/lost-send.ts';
import type { Mode } from '../core/mode.ts';
import type { Outlook } from '../core/outlook.ts';
import type { Region } from '../core/region.ts';
import type { HttpCall } from '../providers/protocol.ts';
import type { Provider } from '../providers/provider.ts';
import type { JobStore } from '../store/jobs.ts';
import type { RunTimes } from '../store/run-times.ts';
import type { UploadCache } from '../store/uploads.ts';
import type { Asset } from '../core/asset.ts';
import type { SteadyClock } from '../core/clock.ts';

/** A provider with the key and the address that belong together: everything a call needs. */
export type Connection = {
  provider: Provider;
  profile: string;
  region: Region | 'sandbox' | undefined;
  /** Ends without a slash; call paths are appended. */
  base: string;
  isCustomBase: boolean;
  /** The flag, variable or profile that names the base, where one does: it rules out another region. */
  baseSource?: string | undefined;
  workspace: string | undefined;
  key: string;
  /** The user's own paths for submits, by mode. */
  paths?: Readonly<Partial<Record<Mode, string | undefined>>>;
  /** Tells this key, region and base from any other, and gives nothing away. */
  fingerprint: string;
};

/** What the workflow tells while it works. Commands decide how that looks. */
export type JobEvent =
  | { event: 'prepared' | 'submitting' | 'submitted' | 'saved'; job: Job }
  | { event: 'status'; job: Job; elapsedMs: number; outlook?: Outlook | undefined }
  | { event: 'downloading'; job: Job; receivedBytes: number; totalBytes: number | undefined }
  | { event: 'uploading'; job: Job; file: string; sentBytes: number; totalBytes: number }
  | { event: 'notice'; message: string; job?: Job };

/** The world as the workflow sees it: everything with a side effect, handed in. */
export type Runtime = {
  clock: SteadyClock;
  /** How long this machine has been running; undefined where it cannot be told. */
  uptime?: () => Promise<Uptime | undefined>;
  /** Numbers in [0, 1). */
  random: () => number;
  /** Aborts with the error to end with: Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  jobs: JobStore;
  /** What earlier jobs took. */
  runTimes: RunTimes;
  send: (connection: Connection, call: HttpCall, options?: SendCallOptions) => Promise<SendOutcome>;
  /** Drops a region that was remembered for this key and has turned out to be another's. Never throws. */
  forgetRegion: (connection: Connection) => Promise<void>;
  emit: (event: JobEvent) => void;
  download: DownloadVideo;
  uploading: Uploading;
};

export type SendCallOptions = {
  /** On a connection of its own: for what must not be sent twice. */
  fresh?: boolean;
  timeoutMs?: number;
  signal?: AbortSignal;
  /** A query, list or cancel: they share a limit, and a 429 or `Retry-After` to one of them holds all. */
  paced?: boolean;
  /** Milliseconds; a turn that comes later is not waited for, and nothing is sent. */
  turnWithinMs?: number | undefined;
};

/** Fetches a link into a `.part` file beside its target, whole, or throws `NotSavedError`. */
export type DownloadVideo = (options: {
  link: string;
  partPath: string;
  /** The task's id: a part belongs to one task alone. */
  owner: string;
  freshLink: () => Promise<string>;
  /** Asked before the file changes. @throws {TakenOverError} */
  stillOurs: (how: 'now' | 'lately') => Promise<void>;
  /** Where the task lives: only a base that is private itself may name private hosts. */
  apiBase: string;
  connections?: number | undefined;
  /** Hears why an attempt failed that another one follows. */
  onTrouble: (message: string) => void;
  onProgress: (progress: { receivedBytes: number; totalBytes: number | undefined }) => void;
}) => Promise<{ bytes: number; sha256: string; partPath: string }>;

/** What handing a local file to a provider needs of the world. */
export type Uploading = {
  /**
   * Posts a form, the file last, in one attempt. `apiBase` decides which hosts an address may name.
   * @throws {UsageError} when the file has changed; {NetworkError} for an address that may not be followed
   */
  post: (call: {
    url: string;
    headers: Record<string, string>;
    fields: readonly (readonly [name: string, value: string])[];
    /** The field that holds the file, and the name the other side is told. */
    file: { field: string; name: string; asset: Asset };
    apiBase: string;
    onProgress: (sentBytes: number) => void;
  }) => Promise<SendOutcome>;
  cache: UploadCache;
  /** A variable of the environment. What it holds is kept out of all output. */
  variable: (name: string) => string | undefined;
};
