/**
 * Loaded into Carillon with `--import`: on SIGUSR2 it starts to record where the CPU time of the main thread goes, and on the
 * next SIGUSR2 it writes the result as one line of JSON to stderr.
 */
import { Session } from 'node:inspector/promises';
import { isMainThread } from 'node:worker_threads';
import { byLayer } from './layers.mjs';

/** Microseconds between two samples. */
const INTERVAL = 200;

if (isMainThread) {
  const session = new Session();
  session.connect();
  let isRecording = false;
  process.on('SIGUSR2', async () => {
    isRecording = !isRecording;
    if (!isRecording) {
      const { profile } = await session.post('Profiler.stop');
      process.stderr.write(`${JSON.stringify(byLayer(profile))}\n`);
      return;
    }
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: INTERVAL });
    await session.post('Profiler.start');
    process.stderr.write('{}\n');
  });
}
