/**
 * Loaded into Carillon with `--import`: a disk whose every flush takes 20 ms longer, and a watch on the event
 * loop. On SIGUSR2 it writes one line of JSON to stderr, of the time since the last: how many flushes there
 * were, and the delay of the event loop in ms.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { devNull } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';

const LONGER = 20; // ms
const RESOLUTION = 1; // ms

let flushes = 0;
const pause = new Int32Array(new SharedArrayBuffer(4));

for (const name of /** @type {const} */ (['fsync', 'fdatasync'])) {
  const slow = fs[name];
  /** @type {any} */ (fs)[name] = (/** @type {number} */ fd, /** @type {any} */ callback) => {
    flushes++;
    setTimeout(() => slow(fd, callback), LONGER);
  };
  const slowSync = fs[`${name}Sync`];
  fs[`${name}Sync`] = (fd) => {
    flushes++;
    Atomics.wait(pause, 0, 0, LONGER);
    slowSync(fd);
  };
}
syncBuiltinESMExports();

const handle = await fs.promises.open(devNull);
const files = Object.getPrototypeOf(handle);
for (const name of ['sync', 'datasync']) {
  const slow = files[name];
  files[name] = async function flush() {
    flushes++;
    await sleep(LONGER);
    return slow.call(this);
  };
}
await handle.close();

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  process.on('SIGUSR2', () => {
    // The histogram counts from one firing of its timer to the next.
    const ms = (/** @type {number} */ ns) => Math.max(0, ns / 1e6 - RESOLUTION);
    const report = {
      flushes,
      p50: ms(delay.percentile(50)),
      p99: ms(delay.percentile(99)),
      max: ms(delay.max),
    };
    process.stderr.write(`${JSON.stringify(report)}\n`);
    delay.reset();
    flushes = 0;
  });
}
