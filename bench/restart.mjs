import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { now } from './load/stamp.mjs';
import { against, CROWD } from './measurements.mjs';
import { folder } from './servers.mjs';

/** Events of each subscriber before a restart. */
const BEFORE = 3;

/**
 * Restarts a process with many subscribers, which come back by themselves. A subscriber is live when it has received an event
 * that was published to the new process. The time runs from the end of the old process.
 *
 * @type {import('./scenarios.mjs').Scenario['measure']}
 */
export async function measureRestart(name, { pace }) {
  const count = Math.ceil(CROWD * pace);
  return {
    ...prefixed('stop', await restart(name, count, 'SIGTERM')),
    ...prefixed('kill', await restart(name, count, 'SIGKILL')),
  };
}

/**
 * @param {import('./servers.mjs').ServerName} name
 * @param {number} count
 * @param {'SIGTERM' | 'SIGKILL'} signal
 */
function restart(name, count, signal) {
  const database = join(mkdtempSync(join(folder, 'carillon-')), 'carillon.db');
  return against(name, { database }, async (server, load) => {
    await load.run('follow', { port: server.port, path: server.listenPath, count });
    await load.publish({ connections: 1, count: BEFORE });
    await load.run('received', { events: BEFORE });
    // Heartbeats are then spread as they are in production.
    await sleep(1000);
    await server.kill(signal);
    const ended = now();
    await server.startAgain();
    const listens = now();
    await load.startPublishing({ connections: 1, count: 1 });
    const { complete, last, attempts } = await load.run('received', { events: BEFORE + 1 });
    return {
      live: (last - ended) / 1e6,
      start: (listens - ended) / 1e6,
      share: complete / count,
      attempts: attempts / count,
    };
  });
}

/**
 * @param {string} prefix
 * @param {object} figures
 */
const prefixed = (prefix, figures) =>
  Object.fromEntries(Object.entries(figures).map(([key, value]) => [`${prefix}${key}`, value]));

/**
 * @param {import('./scenarios.mjs').Figures | undefined} figures
 * @returns {import('./scenarios.mjs').Row[]}
 */
export const rowsOfRestart = (figures) =>
  [
    ['SIGTERM', 'stop'],
    ['SIGKILL', 'kill'],
  ].flatMap(([signal, key]) => [
    {
      figure: `all live again after ${signal}`,
      unit: 's',
      value: figures?.[`${key}live`],
      required: { below: 2.5 },
    },
    {
      figure: `new process listens after ${signal}`,
      unit: 's',
      value: figures?.[`${key}start`],
    },
    {
      figure: `share that has each event exactly once after ${signal}`,
      unit: '',
      value: figures?.[`${key}share`],
      required: { above: 1 },
    },
  ]);
