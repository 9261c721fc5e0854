import { measureLog } from './log-sizes.mjs';
import { against, broadcastFigures, CROWD } from './measurements.mjs';
import { measureRoomOf } from './rooms.mjs';
import { isAvailable, NAMES } from './servers.mjs';

/** @type {import('./servers.mjs').ServerName[]} */
const SERVERS = ['carillon', 'bare-node', 'plain-nest', 'nchan'];
const SUBSCRIBERS = [100, 1000, 5000, CROWD];
const RATES = [2, 10, 30, 100];
const EVENTS = [0, 10_000, 100_000, 1_000_000];
const MEMBERS = [10, 100, 1000, 5000];

/**
 * How cost grows with subscribers, with rate, with the members of a room and with the size of the log; each point once.
 *
 * @param {import('./scenarios.mjs').Plan} plan
 * @param {(line: string) => void} say
 */
export async function sweep(plan, say) {
  const subscribers = [];
  for (const count of SUBSCRIBERS)
    for (const server of SERVERS.filter(isAvailable)) {
      // The same number of deliveries a second throughout, so that only what shares them differs.
      const rate = Math.max(1, Math.min(100, Math.round(15_000 / count)));
      const point = { server, x: count, ...(await measure(server, count, rate, plan)) };
      say(
        `${NAMES[server]}, ${count} subscribers: ${point.cpu?.toFixed(1)} µs, p99 ${point.p99} ms`,
      );
      subscribers.push(point);
    }
  const rates = [];
  for (const rate of RATES)
    for (const server of SERVERS.filter(isAvailable)) {
      const point = { server, x: rate, ...(await measure(server, 1000, rate, plan)) };
      say(`${NAMES[server]}, ${rate} events/s: ${point.cpu?.toFixed(1)} µs, p99 ${point.p99} ms`);
      rates.push(point);
    }
  const rooms = [];
  for (const count of MEMBERS) {
    const figures = await measureRoomOf(count, plan);
    say(`room of ${count}: ${figures.cpu.toFixed(2)} ms per message, p99 ${figures.MessageP99} ms`);
    rooms.push({ server: 'carillon', x: count, ...figures });
  }
  const events = [];
  for (const count of EVENTS) {
    const figures = await measureLog(count, plan);
    const { Post, Live, Resume } = figures;
    say(`log of ${count}: POST ${Post} ms, delivery ${Live} ms, resume ${Resume} ms`);
    events.push({ server: 'carillon', x: count, ...figures });
  }
  return { subscribers, rates, rooms, events };
}

/**
 * Where there are many subscribers, one in ten reads, as in the scenario of the crowd.
 *
 * @param {import('./servers.mjs').ServerName} server
 * @param {number} count
 * @param {number} rate
 * @param {import('./scenarios.mjs').Plan} plan
 */
async function measure(server, count, rate, { pace }) {
  return against(server, {}, async (_, load) => {
    const reading = count > 1000 ? 0.1 : 1;
    await load.open({ count, paused: count * (1 - reading) });
    await load.broadcast({ connections: 4, rate: 20, seconds: 1 * pace });
    const seconds = Math.max(4, 20 / rate) * pace;
    const figures = broadcastFigures(await load.broadcast({ connections: 4, rate, seconds }));
    return { ...figures, cpu: figures.cpu * reading };
  });
}
