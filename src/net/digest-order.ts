import type { SentChecksums } from './file-digest.ts';

/** What the thread that makes checksums is given. `shared` holds three 64-bit numbers, see `slots`. */
export type DigestOrder = { fd: number; sent: SentChecksums; shared: SharedArrayBuffer };

/** Raised with every change; everything before `reached` may be read; the file ends at `end`, below 0: not known. */
export const slots = { turn: 0, reached: 1, end: 2 } as const;
