/** `npm run bench`: what Carillon costs, beside its peers. See docs/performance.md. */
import { existsSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, hasBetterSse, hasNchan, ROOT } from './machine.mjs';
import { CENTRIFUGO } from './centrifugo.mjs';
import { CROWD } from './measurements.mjs';
import { writeReport } from './report.mjs';
import { scenarios } from './scenarios.mjs';
import { folder, isAvailable, NAMES, RESULTS } from './servers.mjs';
import { sweep } from './sweep.mjs';
import { summarise, tableOf } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    sweep: { type: 'boolean', default: false },
    document: { type: 'boolean', default: false },
    before: { type: 'string' },
  },
});
const rounds = options.quick ? 1 : Number(options.rounds);
const plan = {
  pace: options.quick ? 0.4 : 1,
  ...(options.before !== undefined && { before: resolve(options.before) }),
};
const chosen = options.only
  ? scenarios.filter(({ name }) => options.only?.includes(name))
  : scenarios;

if (chosen.length === 0 || !(rounds >= 1)) {
  const names = scenarios.map(({ name }) => name).join(', ');
  say(`Usage: npm run bench -- [--rounds 3] [--only <scenario>]… [--quick] [--sweep] [--document]
       [--before <dist of another build>], which the scenarios posts and attacks measure, too
Scenarios: ${names}`);
  process.exit(2);
}
if (!existsSync(join(ROOT, 'dist', 'main.js'))) {
  say('There is no dist/main.js: build Carillon first, with npm run build:server.');
  process.exit(1);
}

const began = Date.now();
const machine = describeMachine(folder);
introduce();
const result = {
  ...((!options.sweep || options.document) && (await runScenarios())),
  ...((options.sweep || options.document) && (await runSweep())),
};
const file = join(
  RESULTS,
  `${options.sweep ? 'sweep-' : ''}${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`,
);
const settings = { rounds, ...plan };
const run = { at: new Date().toISOString(), took: elapsed(), machine, settings, ...result };
writeFileSync(file, `${JSON.stringify(run, null, 2)}\n`);
say(`\nIn ${elapsed()}, written to ${relative(process.cwd(), file)}`);
if (options.document)
  await writeReport(
    /** @type {import('./report-tables.mjs').Run} */ (/** @type {unknown} */ (run)),
  );
process.exit(0);

async function runScenarios() {
  /** @type {Record<string, import('./table.mjs').Round[]>} */
  const measured = {};
  for (const scenario of chosen) {
    say(`\n${scenario.title} (${scenario.name})`);
    const turns = (measured[scenario.name] = /** @type {import('./table.mjs').Round[]} */ ([]));
    for (let round = 0; round < rounds; round++) turns.push(await runRound(scenario, round));
  }
  const rows = chosen.flatMap((scenario) => summarise(scenario, measured[scenario.name]));
  say(`\n${tableOf(rows)}`);
  return { measured, rows };
}

/**
 * Each server once, so that what disturbs the machine disturbs all of them.
 *
 * @param {import('./scenarios.mjs').Scenario} scenario
 * @param {number} round
 */
async function runRound(scenario, round) {
  /** @type {import('./table.mjs').Round} */
  const figures = {};
  for (const server of scenario.servers) {
    if (!isAvailable(server) || (round > 0 && scenario.once?.includes(server))) continue;
    try {
      figures[server] = await scenario.measure(server, { ...plan, round });
    } catch (error) {
      say(`  ${NAMES[server]}: ${String(error)}`);
      continue;
    }
    say(`  ${round + 1}/${rounds} ${NAMES[server].padEnd(24)} ${brief(figures[server])}`);
  }
  return figures;
}

async function runSweep() {
  return { sweep: await sweep({ ...plan, round: 0 }, say) };
}

function introduce() {
  const { cpu, cores, memoryGiB, kernel, openFiles, pinned, versions } = machine;
  say(`${cpu}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, ${openFiles} open files`);
  say(
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  );
  say(
    pinned
      ? 'Servers run on core 0, the load on core 1.'
      : 'Not pinned to cores: taskset or a second core is missing. Figures will be worse.',
  );
  if (machine.databaseInMemory) say('The database lies in memory: a flush costs nothing here.');
  if (!hasNchan) say('Without nchan: nginx and its module are not installed.');
  if (!CENTRIFUGO) say('Without Centrifugo: set CENTRIFUGO to its program.');
  if (!hasBetterSse) say('Without better-sse: the package is not installed.');
  if (CROWD < 15_000) say(`The limit of open files allows ${CROWD} subscribers, not 15,000.`);
}

/** @param {import('./scenarios.mjs').Figures} figures */
function brief(figures) {
  return Object.entries(figures)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${Number(value?.toPrecision(3)).toLocaleString('en')}`)
    .join('  ');
}

function elapsed() {
  const seconds = Math.round((Date.now() - began) / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}
