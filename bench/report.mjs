/** `node bench/report.mjs <run.json>`: writes the tables and draws the plots of docs/performance.md from one run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { ROOT } from './machine.mjs';
import { drawPlots } from './plot.mjs';
import {
  attacksTable,
  describeRun,
  enginesTable,
  requirementsTable,
  serversTable,
} from './report-tables.mjs';

const PAGE = join(ROOT, 'docs', 'performance.md');

/** What stands between `<!-- name -->` and `<!-- /name -->` on the page. */
const PARTS = {
  run: describeRun,
  servers: serversTable,
  requirements: requirementsTable,
  engines: enginesTable,
  attacks: attacksTable,
};

/** @param {import('./report-tables.mjs').Run} run */
export async function writeReport(run) {
  const page = Object.entries(PARTS).reduce(
    (text, [name, partOf]) => fill(text, name, partOf(run)),
    readFileSync(PAGE, 'utf8'),
  );
  const options = { ...(await resolveConfig(PAGE)), parser: 'markdown' };
  writeFileSync(PAGE, await format(page, options));
  drawPlots(run.sweep);
}

/**
 * @param {string} text
 * @param {string} name
 * @param {string} content
 */
function fill(text, name, content) {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no ${begin} … ${end}.`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

if (import.meta.main) {
  const run = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
  if (!run.sweep || !run.rows) throw new Error('This is no run of npm run bench -- --document.');
  await writeReport(run);
}
