/**
 * `node bench/capacity.mjs`: checks the capacity model of docs/scaling.md with a simulation.
 *
 * One process is a queue with one server: POSTs come at random (Poisson), what has come while it was busy is written to all
 * subscribers in one write each. The inputs are figures that were measured (docs/performance.md); the outputs are the busy
 * part of the core and the time from POST to the last subscriber.
 */
import { parseArgs } from 'node:util';

/** Measured, on a core of the machine that docs/performance.md names. */
const MEASURED = {
  /** µs of CPU for one write to one subscriber, one event in it. */
  write: 4.5,
  /** µs more for each further event that leaves in the same write. */
  event: 0.45,
  /** µs for a POST that comes alone, and for one among many that share a commit. */
  postAlone: 900,
  postShared: 220,
};

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const SECONDS = Number(values.seconds);

/**
 * @param {number} subscribers
 * @param {number} rate events a second
 */
function simulate(subscribers, rate) {
  const { write, event, postAlone, postShared } = MEASURED;
  let clock = 0; // µs
  let busy = 0;
  let next = arrival(0, rate);
  /** @type {number[]} */
  const waits = [];
  while (clock < SECONDS * 1e6) {
    if (next > clock) clock = next;
    /** @type {number[]} */
    const batch = [];
    for (; next <= clock && batch.length < 256; next = arrival(next, rate)) batch.push(next);
    const posts = postAlone + (batch.length - 1) * postShared;
    const work = posts + subscribers * (write + (batch.length - 1) * event);
    clock += work;
    busy += work;
    for (const came of batch) waits.push(clock - came);
  }
  waits.sort((a, b) => a - b);
  return { busy: busy / clock, p99: waits[Math.floor(waits.length * 0.99)] / 1000 };
}

/**
 * @param {number} after
 * @param {number} rate
 */
const arrival = (after, rate) => after - (Math.log(1 - Math.random()) / rate) * 1e6;

/** What the model says: the busy part while events come one by one. */
const model = (/** @type {number} */ subscribers, /** @type {number} */ rate) =>
  (rate * (MEASURED.postAlone + subscribers * MEASURED.write)) / 1e6;

console.log('subscribers  events/s  model busy  simulated busy  p99 to the last subscriber');
for (const subscribers of [100, 1000, 5000, 15_000, 50_000])
  for (const rate of [0.2, 1, 10, 100]) {
    const { busy, p99 } = simulate(subscribers, rate);
    const cells = [
      subscribers.toLocaleString('en').padStart(9),
      String(rate).padStart(8),
      `${Math.round(model(subscribers, rate) * 100)} %`.padStart(10),
      `${Math.round(busy * 100)} %`.padStart(14),
      `${p99.toFixed(p99 < 10 ? 1 : 0)} ms`.padStart(24),
    ];
    console.log(cells.join('  '));
  }
