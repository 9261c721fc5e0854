import { NAMES } from './servers.mjs';

/**
 * @typedef {Partial<Record<import('./servers.mjs').ServerName, import('./scenarios.mjs').Figures>>} Round
 *
 * @typedef {import('./scenarios.mjs').Row & { name: string, scenario: string, ratio?: number, isMet?: boolean }} Summary
 */

/**
 * The medians over the rounds. A ratio is taken within each round, and then its median.
 *
 * @param {import('./scenarios.mjs').Scenario} scenario
 * @param {Round[]} rounds
 * @returns {Summary[]}
 */
export function summarise(scenario, rounds) {
  const tables = rounds.map((round) => scenario.rows(round));
  return (tables[0] ?? []).map((row) => {
    // A round that measured less has fewer rows.
    const same = tables.flatMap((table) =>
      table.filter(({ figure, against }) => figure === row.figure && against === row.against),
    );
    const value = median(same.map(({ value }) => value));
    const other = median(same.map(({ other }) => other));
    const ratio = median(same.map(({ value, other }) => Number(value) / Number(other)));
    const judged = 'against' in row ? ratio : value;
    /** @type {Summary} */
    const summary = Object.assign(row, {
      name: scenario.name,
      scenario: scenario.title,
      value,
      other,
    });
    if (ratio !== undefined) summary.ratio = ratio;
    if (row.required && judged !== undefined) summary.isMet = meets(judged, row.required);
    return summary;
  });
}

/**
 * @param {number} figure
 * @param {{ below: number } | { above: number }} required
 */
const meets = (figure, required) =>
  'below' in required ? figure <= required.below : figure >= required.above;

/** @param {(number | undefined)[]} values */
export function median(values) {
  const sorted = values
    .filter((value) => value !== undefined && Number.isFinite(value))
    .map(Number)
    .toSorted((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
}

/** Marks a figure that is limited by the core of the load. */
const LIMITED = ' †';

/**
 * As Markdown.
 *
 * @param {Summary[]} rows
 */
export function tableOf(rows) {
  const head = ['scenario', 'figure', 'Carillon', 'compared with', '', 'ratio', 'required', 'met'];
  const lines = rows
    .filter(({ value, against, other }) => value !== undefined && !(against && other === undefined))
    .map((row, index, shown) => [
      row.scenario === shown[index - 1]?.scenario ? '' : row.scenario,
      row.figure,
      `${withUnit(row.value, row.unit)}${row.isLimited ? LIMITED : ''}`,
      row.against ? (NAMES[/** @type {keyof typeof NAMES} */ (row.against)] ?? row.against) : '',
      row.against ? `${withUnit(row.other, row.unit)}${row.isOtherLimited ? LIMITED : ''}` : '',
      row.ratio === undefined ? '' : `${round(row.ratio)} x`,
      row.required ? limit(row) : '',
      row.isMet === undefined ? '' : row.isMet ? 'yes' : 'NO',
    ]);
  const all = [head, head.map(() => ''), ...lines];
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column].length)));
  return all
    .map((line, index) =>
      line.map((cell, column) =>
        index === 1 ? '-'.repeat(widths[column]) : cell.padEnd(widths[column]),
      ),
    )
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n');
}

/** @param {Summary} row */
function limit({ required, against, unit }) {
  if (!required) return '';
  const sign = 'below' in required ? '≤' : '≥';
  const bound = 'below' in required ? required.below : required.above;
  return `${sign} ${bound.toLocaleString('en')}${against ? ' x' : unit && ` ${unit}`}`;
}

/**
 * @param {number | undefined} value
 * @param {string} unit
 */
const withUnit = (value, unit) =>
  value === undefined ? '' : `${round(value)}${unit && ` ${unit}`}`;

/** @param {number} value to three digits */
const round = (value) =>
  Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 3 });
