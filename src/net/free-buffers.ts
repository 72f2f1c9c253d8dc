import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { type: 'minor' | 'major' }) => void;

let collect: Collect | undefined;

/**
 * Lets go of buffers that have been sent. V8 counts them apart from its heap and collects them only once there are some
 * 64 MB, which is most of the memory that an upload takes. Reusing one buffer would need to know when the system has
 * taken what was in it, and a mistake there would send wrong bytes.
 */
export function freeBuffers(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    // Where an engine has none to give, memory is as it was.
    collect =
      (runInNewContext('typeof gc === "function" ? gc : undefined') as Collect | undefined) ?? (() => {});
  }
  collect({ type: 'minor' });
}
