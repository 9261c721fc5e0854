import { setTimeout as sleep } from 'node:timers/promises';
import { against } from './measurements.mjs';

/**
 * Opens streams at once, closes them, and does it again: the first time, functions are not compiled yet.
 *
 * @type {import('./scenarios.mjs').Scenario['measure']}
 */
export async function measureOpening(name, { pace }) {
  const count = Math.ceil(5000 * pace);
  return against(name, {}, async (server, load) => {
    await load.open({ count });
    await load.run('close');
    await sleep(1000 * pace);
    const before = server.memory.now;
    const { seconds, cpu, own } = await load.open({ count });
    await sleep(1000 * pace);
    return {
      cpu: (cpu * 1e6) / count,
      perSecond: count / seconds,
      generatorBusy: own / seconds,
      memory: (server.memory.now - before) / count,
    };
  });
}
