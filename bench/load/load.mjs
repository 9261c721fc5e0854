/**
 * The load: a process of its own, told over IPC what to do. It answers each message `{ task, spec }` with
 * `{ result }` or `{ error }`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuOf } from '../processes.mjs';
import { EventSources } from './event-sources.mjs';
import { Subscribers, resumeFrom } from './subscribers.mjs';
import { publish } from './publishers.mjs';
import { now } from './stamp.mjs';

/** Seconds without a delivery after which what is still missing is taken for lost. */
const SILENCE = 1.5;

const pids = process.argv.slice(2).map(Number);
const subscribers = new Subscribers();
const eventSources = new EventSources();
let before = usage();
/** @type {Promise<unknown>} */
let publishing = Promise.resolve();

/** @type {Record<string, (spec: any) => unknown>} */
const tasks = {
  open: async (spec) => {
    const began = usage();
    const opened = await subscribers.open(spec);
    const ended = usage();
    const cpu = ended.server.total - began.server.total;
    return { ...opened, cpu, own: (ended.own - began.own) / 1e6 };
  },
  comeBack: (spec) => subscribers.comeBack(spec),
  resumeFrom,
  follow: (spec) => eventSources.open(spec),
  received: (spec) => eventSources.received(spec),
  publish: async (spec) => {
    const { server } = usage();
    const posts = await publish(spec);
    const cpuPerPost = ((usage().server.total - server.total) * 1e6) / posts.acked;
    return { ...posts, cpuPerPost };
  },
  /** Publishes, and waits until all that read, or so many for each event, have received everything. */
  broadcast: async (spec) => {
    mark();
    const posts = await publish(spec);
    const expected = posts.acked * (spec.receivers ?? subscribers.reading);
    await arrived(expected);
    return { posts, ...deliveries(), lost: expected - subscribers.delivered };
  },
  mark,
  deliveries: async ({ settle = 0 }) => {
    await sleep(settle * 1000);
    return deliveries();
  },
  /** What waits for those that did not read. */
  drain: async ({ expected }) => {
    subscribers.resume();
    await arrived(expected);
    const { delivered, bytes, closed } = subscribers;
    return { delivered, bytes, closed };
  },
  startPublishing: (spec) => {
    publishing = publish(spec);
  },
  stopPublishing: () => publishing,
  close: () => subscribers.close(),
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
  subscribers.reset();
  before = usage();
}

function deliveries() {
  const { delivered, bytes, latency, last, closed } = subscribers;
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
  while (subscribers.delivered < expected && subscribers.delivered !== last) {
    last = subscribers.delivered;
    for (let i = 0; i < SILENCE * 100 && subscribers.delivered < expected; i++) await sleep(10);
  }
}
