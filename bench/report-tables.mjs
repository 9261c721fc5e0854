import { median, tableOf } from './table.mjs';
import { NAMES } from './servers.mjs';

/**
 * @typedef {import('./servers.mjs').ServerName} ServerName
 * @typedef {import('./table.mjs').Summary} Summary
 * @typedef {Record<string, import('./table.mjs').Round[]>} Measured
 *
 * @typedef {object} Run what `npm run bench -- --document` writes
 * @property {string} at
 * @property {string} took
 * @property {ReturnType<typeof import('./machine.mjs').describeMachine>} machine
 * @property {{ rounds: number, pace: number }} settings
 * @property {Measured} measured
 * @property {Summary[]} rows
 * @property {Awaited<ReturnType<typeof import('./sweep.mjs').sweep>>} sweep
 */

/** Columns of the table of servers: scenario, figure, title. */
const COLUMNS = [
  ['one-publisher', 'cpu', '1 publisher, 1,000 subscribers: µs per delivery'],
  ['many-publishers', 'perSecond', '64 publishers, 1,000 subscribers: deliveries/s'],
  ['opening', 'cpu', 'opening a stream, 5,000 at once: µs'],
  ['crowd', 'memory', 'idle stream, 15,000 open: KiB'],
  ['posts', 'perSecond', '64 connections: POSTs/s'],
  ['posts', 'cpu', '64 connections: µs per POST'],
  ['posts', 'cpuOfOne', 'one POST at a time: µs'],
];

/** Scenarios with a table of their own. */
const OWN_TABLE = ['attacks', 'engines'];

/** @param {Run} run */
export function describeRun({ at, took, machine, settings }) {
  const { cpu, cores, memoryGiB, kernel, pinned, versions } = machine;
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${at.slice(0, 10)}, rounds: ${settings.rounds}, duration: ${took}: ${cpu}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}; ${programs.join(', ')}.`,
    ...(settings.pace < 1 ? ['A short run (`--quick`), in which figures are rough.'] : []),
    ...(pinned ? [] : ['Servers and load were **not** pinned to cores.']),
  ].join(' ');
}

/** @param {Run} run */
export function serversTable({ measured }) {
  const servers = /** @type {ServerName[]} */ (Object.keys(NAMES));
  const lines = servers
    .map((server) =>
      [NAMES[server]].concat(
        COLUMNS.map(([scenario, key]) => rounded(medianOf(measured[scenario], server, key))),
      ),
    )
    .filter((line) => line.slice(1).some(Boolean));
  return markdown(['server', ...COLUMNS.map(([, , title]) => title)], lines);
}

/** @param {Run} run */
export const requirementsTable = ({ rows }) =>
  tableOf(rows.filter(({ name, required }) => required && !OWN_TABLE.includes(name)));

/**
 * An attack per line, and what honest clients notice per column.
 *
 * @param {Run} run
 */
export function attacksTable({ rows }) {
  const ofAttacks = rows
    .filter(({ name, figure }) => name === 'attacks' && !figure.includes(', before: '))
    .map((row) => {
      const [effect, attack] = row.figure.split(': ');
      return { row, effect, attack };
    });
  const effects = [...new Set(ofAttacks.map(({ effect }) => effect))];
  const attacks = [...new Set(ofAttacks.map(({ attack }) => attack))];
  const cell = (/** @type {string} */ attack, /** @type {string} */ effect) => {
    const { row } = ofAttacks.find((one) => one.attack === attack && one.effect === effect) ?? {};
    return row?.value === undefined
      ? ''
      : `${rounded(row.value)} ms (${rounded(row.ratio)} x)${row.isMet === false ? ' **NO**' : ''}`;
  };
  return markdown(
    ['attack', ...effects],
    attacks.map((attack) => [attack].concat(effects.map((effect) => cell(attack, effect)))),
  );
}

/** @param {Run} run */
export function enginesTable({ measured }) {
  const of = (/** @type {string} */ key) => rounded(medianOf(measured['engines'], 'carillon', key));
  const engines = ['sqlite1', 'sqlite2', 'pg1', 'pg2', 'pg4'];
  return markdown(
    [
      'database',
      'processes',
      'POSTs/s',
      'POST to wire, p50, ms',
      'POST to wire, p99, ms',
      'deliveries/s',
    ],
    engines.map((engine) =>
      [engine.startsWith('pg') ? 'PostgreSQL' : 'SQLite', engine.slice(-1)].concat(
        ['Posts', 'P50', 'P99', 'Deliveries'].map((key) => of(`${engine}${key}`)),
      ),
    ),
  );
}

/**
 * @param {import('./table.mjs').Round[] | undefined} rounds
 * @param {ServerName} server
 * @param {string} key
 */
const medianOf = (rounds = [], server, key) => median(rounds.map((round) => round[server]?.[key]));

/** @param {number | undefined} value to three digits */
const rounded = (value) =>
  value === undefined
    ? ''
    : Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 3 });

/**
 * @param {string[]} head
 * @param {string[][]} lines
 */
const markdown = (head, lines) =>
  [head, head.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
