import type { Asset } from '../core/asset.ts';
import type { Runtime } from './runtime.ts';

/** What an upload needs of the world. */
export type UploadTools = Pick<Runtime, 'clock' | 'random' | 'signal' | 'send' | 'uploading'> & {
  notice: (message: string) => void;
};

export type UploadOrder = {
  /** The exact id that will be submitted: on DashScope an upload serves one model. */
  model: string;
  asset: Asset;
  onProgress: (sentBytes: number, totalBytes: number) => void;
};
