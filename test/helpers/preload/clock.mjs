// Loaded into the real program by `node --import`: the clock on the wall jumps once there is a file, by the
// milliseconds that stand in it. Timers and `performance.now` go on as if nothing had happened.
import { readFileSync } from 'node:fs';

const now = Date.now;
let jumpMs;

Date.now = () => {
  jumpMs ??= readJump();
  return now() + (jumpMs ?? 0);
};

function readJump() {
  try {
    return Number(readFileSync(process.env.WAN_TEST_CLOCK, 'utf8'));
  } catch {
    return undefined;
  }
}
