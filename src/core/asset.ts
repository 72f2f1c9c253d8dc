/** What a file is by its content, whatever its name says. */
export type AssetFormat = {
  /** Without the dot: `png`. */
  extension: string;
  /** `image/png` */
  mimeType: string;
};

/** A file that can be handed to a provider: its identity, and a way to read it as often as it takes. */
export type Asset = AssetFormat & {
  /** As people call it, for messages and as a stem: `cat.png`. Without directories. */
  name: string;
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
  /** @throws {UsageError} when the file is no longer the one that was looked at */
  open: () => Promise<AssetSource>;
};

export type AssetSource = {
  /**
   * The bytes, at most 1 MiB at a time. The last ones come only once all of them have proved to be those that were
   * looked at. @throws {UsageError} otherwise
   */
  chunks: () => AsyncIterable<Uint8Array>;
  close: () => Promise<void>;
};

/** The most bytes of a source at a time. Smaller pieces leave more garbage than they save memory. */
export const chunkBytes = 1024 * 1024;
