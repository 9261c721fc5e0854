import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { canPin } from './machine.mjs';
import { against } from './measurements.mjs';
import { folder } from './servers.mjs';

/**
 * Seconds before POSTs are measured, of every server: V8 optimizes code while it runs. A POST to Carillon costs 103 µs after
 * 1.5 s, and 67 to 80 µs after 5 s.
 */
const WARM_UP = 5;

/**
 * @param {import('./servers.mjs').ServerName} name
 * @param {import('./scenarios.mjs').Plan} plan
 * @returns {Promise<import('./scenarios.mjs').Figures>}
 */
export async function measurePosts(name, { pace, before }) {
  const figures = await measure(name, pace);
  if (name !== 'carillon') return figures;
  const then = before === undefined ? undefined : await measure(name, pace, before);
  return { ...figures, flush: cpuOfFlush(), cpuBefore: then?.cpu, cpuOfOneBefore: then?.cpuOfOne };
}

/**
 * @param {import('./servers.mjs').ServerName} name
 * @param {number} pace
 * @param {string} [dist] of another build of Carillon
 */
function measure(name, pace, dist) {
  return against(name, { ...(dist !== undefined && { dist }) }, async (_, load) => {
    await load.publish({ connections: 64, seconds: WARM_UP * pace });
    const many = await load.publish({ connections: 64, seconds: 3 * pace });
    await load.publish({ connections: 1, seconds: 1 * pace });
    const one = await load.publish({ connections: 1, seconds: 2 * pace });
    return {
      perSecond: many.perSecond,
      p50: many.latency.p50,
      p99: many.latency.p99,
      cpu: many.cpuPerPost,
      cpuOfOne: one.cpuPerPost,
      p50OfOne: one.latency.p50,
    };
  });
}

/** Microseconds of CPU time that one flush takes on the core of the servers, with nothing around it. */
function cpuOfFlush() {
  const command = [process.execPath, join(import.meta.dirname, 'flush.mjs'), folder];
  const [file, ...args] = canPin ? ['taskset', '-c', '0', ...command] : command;
  return Number(execFileSync(file, args, { encoding: 'utf8' }));
}
