import { setTimeout as sleep } from 'node:timers/promises';
import { headOf } from './long-log.mjs';
import { openFileLimit } from './machine.mjs';
import { Load, Server } from './servers.mjs';

/**
 * @typedef {import('./servers.mjs').ServerName} ServerName
 * @typedef {import('./scenarios.mjs').Plan} Plan
 * @typedef {import('./scenarios.mjs').Figures} Figures
 * @typedef {import('./scenarios.mjs').Scenario['measure']} Measurement
 */

/** Subscribers in the crowd; both ends of a connection are not in one process, but some files are open anyway. */
export const CROWD = Math.min(15_000, openFileLimit() - 500);

/**
 * Starts a server and a load, and ends both.
 *
 * @template T
 * @param {ServerName} name
 * @param {import('./servers.mjs').Options} options
 * @param {(server: Server, load: Load) => Promise<T>} work
 */
export async function against(name, options, work) {
  const server = await Server.start(name, options);
  const load = new Load(server);
  try {
    return await work(server, load);
  } finally {
    await load.stop();
    await server.stop();
  }
}

/** @param {any} result of the task `broadcast` */
export function broadcastFigures({ posts, ...deliveries }) {
  return {
    cpu: deliveries.cpuPerDelivery,
    kernelPart: deliveries.kernelPart,
    perSecond: deliveries.perSecond,
    p50: deliveries.latency?.p50,
    p99: deliveries.latency?.p99,
    posts: posts.perSecond,
    lost: deliveries.lost,
    serverBusy: deliveries.serverBusy,
    generatorBusy: deliveries.generatorBusy,
  };
}

/**
 * Of all subscribers one in ten reads, the others let their sockets fill: reading all of them takes longer than
 * serving them does, and the load would measure itself. POSTs come from a process of their own, which reads nothing.
 *
 * @type {Measurement}
 */
export async function measureCrowd(name, { pace, round }) {
  return against(name, {}, async (server, load) => {
    const writer = new Load(server);
    try {
      await writer.publish({ connections: 4, rate: 200, seconds: 1 * pace });
      const posting = { connections: 16, rate: 20, seconds: 6 * pace };
      const isCarillon = name === 'carillon';
      const postAlone = isCarillon && (await writer.publish(posting)).latency.p99;
      const rest = isCarillon && round === 0 ? 15_000 * pace : 0;
      const { perSubscriber, ...memory } = await openCrowd(server, load, rest);

      await writer.publish({ connections: 1, count: 3 });
      await load.run('mark');
      const { acked } = await writer.publish({ connections: 1, rate: 1, seconds: 5 * pace });
      const served = await load.run('deliveries', { settle: 1 });
      const postServing = isCarillon && (await writer.publish(posting)).latency.p99;
      return {
        ...memory,
        inUse: perSubscriber(),
        ...served.latency,
        cpu: (served.cpuPerDelivery * served.delivered) / (acked * CROWD),
        closed: served.closed,
        ...(isCarillon && { postAlone, postServing }),
      };
    } finally {
      await writer.stop();
    }
  });
}

/**
 * @param {Server} server
 * @param {Load} load
 * @param {number} rest ms
 */
async function openCrowd(server, load, rest) {
  const before = server.memory.now;
  const { seconds } = await load.open({ count: CROWD, paused: CROWD * 0.9 });
  const perSubscriber = () => (server.memory.now - before) / CROWD;
  await sleep(200);
  const memory = perSubscriber();
  await sleep(rest);
  const rested = rest > 0 && { rested: perSubscriber() };
  return { openPerSecond: CROWD / seconds, memory, ...rested, perSubscriber };
}

/**
 * POSTs whose events nobody receives, without subscribers and with many that are idle but for their heartbeats.
 *
 * @type {Measurement}
 */
export async function measureIdleCrowd(name, { pace }) {
  return against(name, {}, async (server, load) => {
    const writer = new Load(server);
    const posting = { connections: 16, rate: 100, seconds: 8 * pace };
    try {
      await writer.publish({ connections: 64, seconds: 3 * pace });
      const alone = await writer.publish(posting);
      const path = '/api/events?topic=silent';
      await load.run('open', { port: server.port, path, count: CROWD });
      await sleep(2000 * pace);
      const served = await writer.publish(posting);
      return {
        p50Alone: alone.latency.p50,
        p99Alone: alone.latency.p99,
        p50: served.latency.p50,
        p99: served.latency.p99,
      };
    } finally {
      await writer.stop();
    }
  });
}

/** @type {Measurement} */
export async function measureStorm(name, { pace }) {
  const behind = 1000;
  return against(name, {}, async (server, live) => {
    const storm = new Load(server);
    storm.yieldToOthers();
    try {
      await live.open({ count: 100 });
      await live.publish({ connections: 8, seconds: 1 });
      const { cursor } = await headOf(server.port);
      await live.publish({ connections: 8, count: behind });
      const traffic = { connections: 8, rate: 100 };
      await live.startPublishing({ ...traffic, seconds: 4 * pace + 4 });
      await live.run('deliveries', { settle: 0.5 });
      await live.run('mark');
      const before = await live.run('deliveries', { settle: 4 * pace });
      await live.run('mark');
      const spec = { port: server.port, path: server.listenPath, count: 1000, behind, cursor };
      const { seconds, complete } = await storm.run('comeBack', spec);
      const during = await live.run('deliveries');
      await live.run('stopPublishing');
      return {
        seconds,
        complete,
        before: before.latency?.p99,
        during: during.latency?.p99,
        duringMax: during.latency?.max,
      };
    } finally {
      await storm.stop();
    }
  });
}

/**
 * First 100 subscribers and more for each than the kernel keeps for a socket, some 3 MiB, so that the rest would
 * have to wait in the server. Then 900 more, and the same traffic for all.
 *
 * @type {Measurement}
 */
export async function measureSlowSubscribers(name, { pace }) {
  const measure = (/** @type {number} */ paused) =>
    against(name, {}, async (server, load) => {
      await load.open({ count: 100, paused });
      const flood = await load.publish({ connections: 64, seconds: 4 * pace, padding: 190 });
      await load.open({ count: 900 });
      const traffic = { connections: 8, rate: 100 };
      const warming = await load.broadcast({ ...traffic, seconds: 1 * pace });
      const { posts, latency } = await load.broadcast({ ...traffic, seconds: 4 * pace });
      const peak = server.memory.peak / 1024;
      const missed = (flood.acked + warming.posts.acked + posts.acked) * paused;
      await load.run('mark');
      const { delivered, bytes, closed } = await load.run('drain', { expected: missed });
      return { p99: latency.p99, peak, missed, delivered, bytes, closed };
    });
  const without = await measure(0);
  const slow = await measure(100);
  return {
    withoutSlow: without.p99,
    withSlow: slow.p99,
    peakWithoutSlow: without.peak,
    peakWithSlow: slow.peak,
    volume: slow.bytes / 100 / 2 ** 20,
    madeUp: slow.delivered / slow.missed,
    closed: slow.closed,
  };
}
