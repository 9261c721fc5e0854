/** `npm run profile -- posts`: where the CPU time of a request goes, layer by layer. */
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { startPostgres } from './engines.mjs';
import { ROOT } from './machine.mjs';
import { against } from './measurements.mjs';

/** Layers below this share are summed up. */
const SMALLEST_SHARE = 0.01;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '4' },
    dist: { type: 'string' },
    postgres: { type: 'boolean', default: false },
  },
});
if (positionals.join() !== 'posts') {
  say('Usage: npm run profile -- posts [--seconds 4] [--dist <another build>] [--postgres]');
  process.exit(2);
}

const seconds = Number(values.seconds);
const postgres = values.postgres ? await startPostgres() : undefined;
const options = {
  preload: 'cpu-profile.mjs',
  // Not bundled: a layer is recognized by its file.
  dist: values.dist ?? join(ROOT, 'build'),
  ...(postgres && { url: await postgres.create('profile') }),
};
await against('carillon', options, async (server, load) => {
  await load.publish({ connections: 64, seconds });
  await profile(server, load, 64);
  await profile(server, load, 1);
});
await postgres?.stop();
process.exit(0);

/**
 * CPU time first, then the profile: the profiler has a cost of its own, and counts time in which other programs had the core.
 *
 * @param {import('./servers.mjs').Server} server
 * @param {import('./servers.mjs').Load} load
 * @param {number} connections
 */
async function profile(server, load, connections) {
  await load.publish({ connections, seconds: seconds / 2 });
  const posts = await load.publish({ connections, seconds });
  await server.report();
  const profiled = await load.publish({ connections, seconds });
  const layers = await server.report();
  say(
    `\n${connections === 1 ? 'One POST at a time' : `${connections} connections`}: ` +
      `${posts.cpuPerPost.toFixed(0)} µs of CPU per POST in all threads, ${posts.perSecond.toFixed(0)} POSTs per second`,
  );
  printLayers(layers, profiled.acked);
  await sleep(200);
}

/**
 * @param {Record<string, number>} layers microseconds
 * @param {number} posts
 */
function printLayers(layers, posts) {
  const total = Object.values(layers).reduce((sum, each) => sum + each, 0);
  const line = (/** @type {string} */ name, /** @type {number} */ time) =>
    say(
      `${name.padEnd(28)} ${(time / posts).toFixed(1).padStart(7)} µs ${((time / total) * 100).toFixed(0).padStart(4)} %`,
    );
  const sorted = Object.entries(layers).toSorted(([, one], [, other]) => other - one);
  const large = sorted.filter(([, time]) => time >= total * SMALLEST_SHARE);
  for (const [name, time] of large) line(name, time);
  line('smaller layers', total - large.reduce((sum, [, time]) => sum + time, 0));
  line('main thread', total);
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}
