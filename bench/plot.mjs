import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const IMAGES = join(import.meta.dirname, '..', 'docs', 'images');

/** Of a panel, in the units of the drawing. */
const PANEL = { width: 440, height: 300, left: 56, right: 16, top: 40, bottom: 44 };

/** Colours that can be told apart on white and on black, and by those who see no red or no green (Okabe and Ito). */
const LOOKS = {
  carillon: { name: 'Carillon', colour: '#0072b2', dash: '' },
  'bare-node': { name: 'bare node', colour: '#e69f00', dash: '6 3' },
  'plain-nest': { name: 'plain Nest', colour: '#cc79a7', dash: '2 3' },
  nchan: { name: 'nchan', colour: '#009e73', dash: '8 3 2 3' },
  Post: { name: 'POST', colour: '#0072b2', dash: '' },
  Live: { name: 'delivery', colour: '#e69f00', dash: '6 3' },
  Resume: { name: 'first event of a resume', colour: '#009e73', dash: '8 3 2 3' },
  PostP99: { name: 'POST', colour: '#0072b2', dash: '' },
  LiveP99: { name: 'delivery', colour: '#e69f00', dash: '6 3' },
  ResumeP99: { name: 'first event of a resume', colour: '#009e73', dash: '8 3 2 3' },
  Message: { name: 'median', colour: '#0072b2', dash: '' },
  MessageP99: { name: 'p99', colour: '#e69f00', dash: '6 3' },
};

/**
 * @typedef {{ x: number, y: number }} Point
 * @typedef {{ look: keyof typeof LOOKS, points: Point[] }} Series
 * @typedef {{ title: string, x: string, series: Series[], isLogarithmic?: boolean }} Panel
 * @typedef {Record<string, any>[]} Points
 */

/** @param {Record<'subscribers' | 'rates' | 'rooms' | 'events', Points>} sweep */
export function drawPlots(sweep) {
  draw(
    'performance-subscribers',
    'How cost grows with subscribers',
    byLoad(sweep.subscribers, 'subscribers'),
  );
  draw(
    'performance-rate',
    'How cost grows with the rate, 1,000 subscribers',
    byLoad(sweep.rates, 'events a second'),
  );
  draw('performance-rooms', 'How the cost of a chat message grows with its room', [
    {
      title: 'server CPU per message, ms',
      x: 'members',
      series: byServer(sweep.rooms, 'cpu'),
      isLogarithmic: true,
    },
    {
      title: 'message to arrival, ms',
      x: 'members',
      series: byFigure(sweep.rooms, ['Message', 'MessageP99']),
      isLogarithmic: true,
    },
  ]);
  draw('performance-log', 'How latency grows with the log', [
    {
      title: 'p50, ms',
      x: 'events in the log',
      series: byFigure(sweep.events, ['Post', 'Live', 'Resume']),
    },
    {
      title: 'p99, ms',
      x: 'events in the log',
      series: byFigure(sweep.events, ['PostP99', 'LiveP99', 'ResumeP99']),
    },
  ]);
}

/**
 * @param {Points} points
 * @param {string} x
 * @returns {Panel[]}
 */
const byLoad = (points, x) => [
  { title: 'server CPU per delivery, µs', x, series: byServer(points, 'cpu') },
  { title: 'publish to arrival, p99, ms', x, series: byServer(points, 'p99') },
];

/**
 * @param {Points} points
 * @param {string} key
 * @returns {Series[]}
 */
function byServer(points, key) {
  const servers = [...new Set(points.map(({ server }) => server))];
  return servers.map((look) => ({
    look,
    points: points
      .filter(({ server }) => server === look)
      .map((point) => ({ x: point['x'], y: point[key] })),
  }));
}

/**
 * @param {Points} points
 * @param {(keyof typeof LOOKS)[]} figures
 * @returns {Series[]}
 */
function byFigure(points, figures) {
  return figures.map((look) => ({
    look,
    points: points
      .map((point) => ({ x: point['x'], y: point[look] }))
      .filter(({ y }) => typeof y === 'number'),
  }));
}

/**
 * @param {string} name
 * @param {string} title
 * @param {Panel[]} panels
 */
function draw(name, title, panels) {
  const width = PANEL.width * panels.length;
  const height = PANEL.height + 60;
  const body = panels.map(
    (panel, index) => `<g transform="translate(${index * PANEL.width} 28)">${drawPanel(panel)}</g>`,
  );
  const legend = panels[0].series.map(({ look }, index) => {
    const { name, colour, dash } = LOOKS[look];
    const x = PANEL.left + index * 150;
    return `<g transform="translate(${x} ${height - 16})"><path d="M0 -4h28" stroke="${colour}" stroke-dasharray="${dash}"/><text x="36">${name}</text></g>`;
  });
  writeFileSync(
    join(IMAGES, `${name}.svg`),
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<style>
svg { background: #fff }
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 15px }
.grid { stroke: #d0d7de }
path { fill: none; stroke-width: 2.5 }
@media (prefers-color-scheme: dark) { svg { background: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d } }
</style>
<text class="title" x="${PANEL.left}" y="24">${title}</text>
${body.join('\n')}
${legend.join('\n')}
</svg>
`,
  );
}

/** @param {Panel} panel */
function drawPanel({ title, x, series, isLogarithmic }) {
  const points = series.flatMap((one) => one.points);
  const places = [...new Set(points.map((point) => point.x))].toSorted((a, b) => a - b);
  const values = points.map(({ y }) => y);
  const scale = isLogarithmic ? logarithmicScale(values) : linearScale(values);
  const width = PANEL.width - PANEL.left - PANEL.right;
  const bottom = PANEL.height - PANEL.bottom;
  const across = (/** @type {number} */ value) =>
    PANEL.left + ((places.indexOf(value) + 0.5) * width) / places.length;
  const up = (/** @type {number} */ value) => bottom - scale.part(value) * (bottom - PANEL.top);

  const grid = scale.ticks.map((tick) => {
    const y = up(tick);
    return `<line class="grid" x1="${PANEL.left}" x2="${PANEL.width - PANEL.right}" y1="${y}" y2="${y}"/><text x="${PANEL.left - 8}" y="${y + 4}" text-anchor="end">${Number(tick.toPrecision(3))}</text>`;
  });
  const ticks = places.map(
    (place) =>
      `<text x="${across(place)}" y="${bottom + 20}" text-anchor="middle">${place.toLocaleString('en')}</text>`,
  );
  const lines = series.map((one) => drawSeries(one, across, up));
  return [
    `<text x="${PANEL.left}" y="26">${title}</text>`,
    ...grid,
    ...ticks,
    `<text x="${PANEL.left + width / 2}" y="${bottom + 38}" text-anchor="middle">${x}</text>`,
    ...lines,
  ].join('\n');
}

/**
 * @param {Series} series
 * @param {(x: number) => number} across
 * @param {(y: number) => number} up
 */
function drawSeries({ look, points }, across, up) {
  const { colour, dash } = LOOKS[look];
  const way = points.map(({ x, y }) => `${across(x).toFixed(1)} ${up(y).toFixed(1)}`).join('L');
  const dots = points.map(
    ({ x, y }) =>
      `<circle cx="${across(x).toFixed(1)}" cy="${up(y).toFixed(1)}" r="3.5" fill="${colour}"/>`,
  );
  return `<path d="M${way}" stroke="${colour}" stroke-dasharray="${dash}"/>${dots.join('')}`;
}

/** @typedef {{ ticks: number[], part: (value: number) => number }} Scale `part` is 0 at the bottom and 1 at the top */

/**
 * @param {number[]} values
 * @returns {Scale}
 */
function linearScale(values) {
  const most = Math.max(...values);
  const step = niceStep(most);
  const steps = Math.ceil(most / step);
  const ticks = Array.from({ length: steps + 1 }, (_, index) => index * step);
  return { ticks, part: (value) => value / (step * steps) };
}

/**
 * @param {number[]} values
 * @returns {Scale}
 */
function logarithmicScale(values) {
  const [low, high] = [
    Math.floor(Math.log10(Math.min(...values))),
    Math.ceil(Math.log10(Math.max(...values))),
  ];
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return { ticks, part: (value) => (Math.log10(value) - low) / (high - low) };
}

/** @param {number} most 1, 2 or 5 times a power of ten, of which four to ten make up the most */
function niceStep(most) {
  const power = 10 ** Math.floor(Math.log10(most / 4));
  return [1, 2, 5].map((digit) => digit * power).findLast((step) => most / step >= 4) ?? power;
}
