/**
 * The layers of a POST, by the file of a function. The first that matches counts.
 *
 * @type {readonly [RegExp, string][]}
 */
const LAYERS = [
  [/node_modules\/@nestjs\/(core|common|platform-express)\//, 'Nest core'],
  [/node_modules\/@nestjs\/cqrs\//, 'CommandBus'],
  [/node_modules\/(express|router|body-parser|raw-body|send|qs)\//, 'Express'],
  [/node_modules\/(class-validator|class-transformer|validator)\//, 'class-validator'],
  [/node_modules\/(pino|pino-http|nestjs-pino|pino-std-serializers)\//, 'pino'],
  [/node_modules\/(pg|pg-[^/]+|postgres-[^/]+)\//, 'pg'],
  [/node_modules\/((?:@[^/]+\/)?[^/]+)\//, '$1'],
  [/packages\/nestjs\/dist\/([^/]+)\//, 'engine: $1'],
  [/\/build\/([^/]+)\//, 'server: $1'],
  [/^node:(?:internal\/)?_?(?:http|https)/, 'node:http'],
  [/^node:(?:internal\/)?(?:net|stream|_?stream)/, 'node:net, node:stream'],
  [/^node:(?:internal\/)?(?:async_|process\/task_queues|timers)/, 'node: tasks, timers'],
  [/^node:(?:internal\/)?fs/, 'node:fs'],
  [/^node:/, 'node: others'],
];

/** What V8 counts without a function. */
const OWN = new Map([
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'native code and kernel'],
]);

/**
 * The microseconds that each layer took itself. What V8 or an addon does for a function counts for its layer, except for
 * SQLite's own work.
 *
 * @param {import('node:inspector').Profiler.Profile} profile
 * @returns {Record<string, number>}
 */
export function byLayer({ nodes, samples = [], timeDeltas = [] }) {
  const layers = layersOf(nodes);
  /** @type {Record<string, number>} */
  const sums = {};
  samples.forEach((id, index) => {
    const layer = layers.get(id);
    if (layer !== undefined) sums[layer] = (sums[layer] ?? 0) + (timeDeltas[index] ?? 0);
  });
  return sums;
}

/**
 * By the id of a node of the tree, without those in which the process waits or starts the profiler.
 *
 * @param {import('node:inspector').Profiler.ProfileNode[]} nodes parents before their children
 */
function layersOf(nodes) {
  /** @type {Map<number, string>} */
  const layers = new Map();
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((c) => [c, id])));
  for (const { id, callFrame } of nodes) {
    if (callFrame.functionName === '(idle)' || callFrame.url === 'node:inspector') continue;
    layers.set(id, layerOf(callFrame, layers.get(parents.get(id) ?? 0)));
  }
  return layers;
}

/**
 * @param {import('node:inspector').Runtime.CallFrame} frame
 * @param {string} [caller] the layer of the caller
 */
function layerOf({ url, functionName }, caller = 'native code and kernel') {
  if (url === '') return OWN.get(functionName) ?? nativeOf(functionName, caller);
  const [pattern, name] = LAYERS.find(([files]) => files.test(url)) ?? [/^.*\//, ''];
  return url.replace(new RegExp(`.*?(?:${pattern.source}).*`), name || 'server');
}

/**
 * The methods of better-sqlite3 have no file.
 *
 * @param {string} name
 * @param {string} caller
 */
const nativeOf = (name, caller) =>
  /^(run|get|all|step)$/.test(name) && /sqlite/.test(caller) ? 'SQLite' : caller;
