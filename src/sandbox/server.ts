import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Region } from '../core/region.ts';
import { makePrivateDirectory } from '../store/atomic-file.ts';
import { CallbackSender } from './callbacks.ts';
import { ClipFiles, lazyClipMaker, type ClipMaker } from './clips.ts';
import { exchange, type ExchangeContext } from './exchange.ts';
import type { FaultRule } from './fault-plan.ts';
import { FaultCounter } from './faults.ts';
import type { RequestLogEntry } from './request-log.ts';
import { acedataConsoleService } from './routes-acedata-console.ts';
import { acedataService } from './routes-acedata.ts';
import { dashscopeService } from './routes-dashscope.ts';
import { hostedService } from './routes-hosted.ts';
import { resultsService } from './routes-results.ts';
import { sinancodeService } from './routes-sinancode.ts';
import { uploadFormService } from './routes-upload-form.ts';
import { openSigner } from './signer.ts';
import { removeExpired } from './sweep.ts';
import { TaskStore } from './task-store.ts';
import { UploadStore } from './upload-store.ts';

/** From submit to finished, unless told otherwise: a first video is there within 10 s. */
export const defaultLatencyMs = 3000;

/** How long task ids and links live at the services. */
export const defaultExpiryMs = 24 * 3_600_000;

/** How a sandbox behaves. */
export type SandboxOptions = {
  /** 0: any free port. Only 127.0.0.1 is listened on. */
  port: number;
  /** Where tasks, uploads and clips are kept; several servers may share it, at the same time or one after another. */
  directory: string;
  /** From submit to finished; the first third is spent PENDING. */
  latencyMs: number;
  /** Life of task ids and result links, from the end of the task. */
  expiryMs: number;
  faults: readonly FaultRule[];
  /** When set, models that are not offered there are refused. */
  region?: Region;
  /** Where clients reach it, if not here: links and upload addresses begin with it. Without a slash at its end. */
  publicUrl?: string;
  /** Called with each request when its reply is finished or cut. */
  onRequest?: (entry: RequestLogEntry) => void;
  /** Epoch milliseconds. Tasks, links and policies follow it; a fault's delay does not. */
  now?: () => number;
  /** Makes the videos; for tests that want bytes at once. */
  clips?: ClipMaker;
};

/** A running sandbox. */
export type Sandbox = {
  port: number;
  /** `http://127.0.0.1:port` */
  origin: string;
  /** Cuts what is under way; callbacks that are not due are not made. */
  close: () => Promise<void>;
};

/**
 * Starts a local service that speaks the providers' own protocols.
 * @throws the system's error when the port is taken or the directory cannot be written
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { directory, latencyMs, expiryMs, region, now = Date.now } = options;
  await makePrivateDirectory(directory);
  const [signer, tasks, uploads] = await Promise.all([
    openSigner(directory),
    TaskStore.open(join(directory, 'tasks')),
    UploadStore.open(join(directory, 'uploads')),
  ]);
  await removeExpired(tasks, uploads, now());
  const maker = options.clips ?? lazyClipMaker(join(directory, 'clips'));
  const clips = new ClipFiles(maker);
  const closing = new AbortController();
  const onRequest = options.onRequest ?? (() => {});
  const callbacks = new CallbackSender({ now, closing: closing.signal, onRequest });
  const parts = { tasks, uploads, signer, clips, callbacks, latencyMs, expiryMs, region, now };
  const context: ExchangeContext = {
    services: [
      resultsService(parts),
      uploadFormService(parts),
      hostedService(parts),
      // Its one path lies below DashScope's.
      acedataConsoleService(parts),
      dashscopeService(parts),
      sinancodeService(parts),
      // The last one answers for every path that is nobody's.
      acedataService(parts),
    ],
    faults: new FaultCounter(options.faults),
    now,
    publicUrl: options.publicUrl,
    closing: closing.signal,
    onRequest,
  };

  const running = new Set<Promise<void>>();
  const server = createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
    const done = exchange(request, response, context).finally(() => running.delete(done));
    running.add(done);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: '127.0.0.1' }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sandbox listens on no port');

  return {
    port: address.port,
    origin: `http://127.0.0.1:${address.port}`,
    close: async () => {
      closing.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      // The maker too at once: a download may be waiting for its clip.
      await Promise.all([closed, ...running, callbacks.settled(), maker.close()]);
    },
  };
}
