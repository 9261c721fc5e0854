/**
 * The load: a process of its own, told over IPC what to do. It answers each message `{ task, spec }` with
 * `{ result }` or `{ error }`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuOf } from '../processes.mjs';
import { Listeners, resumeFrom } from './listeners.mjs';
import { publish } from './publishers.mjs';
import { now } from './stamp.mjs';

/** Seconds without a delivery after which what is still missing is taken for lost. */
const SILENCE = 1.5;

const pids = process.argv.slice(2).map(Number);
const listeners = new Listeners();
let before = usage();
/** @type {Promise<unknown>} */
let publishing = Promise.resolve();

/** @type {Record<string, (spec: any) => unknown>} */
const tasks = {
  open: (spec) => listeners.open(spec),
  comeBack: (spec) => listeners.comeBack(spec),
  resumeFrom,
  publish: async (spec) => {
    const { server } = usage();
    const posts = await publish(spec);
    const cpuPerPost = ((usage().server.total - server.total) * 1e6) / posts.acked;
    return { ...posts, cpuPerPost };
  },
  /** Publishes, and waits until all that read have heard of all. */
  broadcast: async (spec) => {
    mark();
    const posts = await publish(spec);
    const expected = posts.acked * listeners.reading;
    await arrived(expected);
    return { posts, ...deliveries(), lost: expected - listeners.delivered };
  },
  mark,
  deliveries: async ({ settle = 0 }) => {
    await sleep(settle * 1000);
    return deliveries();
  },
  /** What waits for those that did not read. */
  drain: async ({ expected }) => {
    listeners.resume();
    await arrived(expected);
    const { delivered, bytes, closed } = listeners;
    return { delivered, bytes, closed };
  },
  startPublishing: (spec) => {
    publishing = publish(spec);
  },
  stopPublishing: () => publishing,
  close: () => listeners.close(),
};

process.on('message', async (/** @type {{ task: string, spec: object }} */ { task, spec }) => {
  try {
    process.send?.({ result: (await tasks[task](spec)) ?? null });
  } catch (error) {
    process.send?.({ error: String(error) });
  }
});
process.on('disconnect', () => process.exit());

function mark() {
  listeners.reset();
  before = usage();
}

function deliveries() {
  const { delivered, bytes, latency, last, closed } = listeners;
  const after = usage();
  const seconds = ((last || after.time) - before.time) / 1e6;
  const cpu = after.server.total - before.server.total;
  return {
    delivered,
    bytes,
    seconds,
    perSecond: delivered / seconds,
    cpuPerDelivery: (cpu * 1e6) / delivered,
    kernelPart: (after.server.system - before.server.system) / cpu,
    serverBusy: cpu / ((after.time - before.time) / 1e6),
    generatorBusy: (after.own - before.own) / (after.time - before.time),
    latency: latency.summary(),
    closed,
  };
}

function usage() {
  const { user, system } = process.cpuUsage();
  return { time: now(), server: cpuOf(pids), own: user + system };
}

/** @param {number} expected deliveries */
async function arrived(expected) {
  let last = -1;
  while (listeners.delivered < expected && listeners.delivered !== last) {
    last = listeners.delivered;
    for (let i = 0; i < SILENCE * 100 && listeners.delivered < expected; i++) await sleep(10);
  }
}
