import { measureAttacks, rowsOfAttacks } from './attacks.mjs';
import { measureEngines } from './engines.mjs';
import {
  against,
  broadcastFigures,
  CROWD,
  measureCrowd,
  measureLog,
  measureSlowListeners,
  measureStorm,
} from './measurements.mjs';

/**
 * @typedef {import('./servers.mjs').ServerName} ServerName
 * @typedef {Exclude<ServerName, 'carillon'>} Peer
 * @typedef {Record<string, number | undefined>} Figures what was measured of one server in one round
 *
 * @typedef {{ below: number } | { above: number }} Required
 *
 * @typedef {object} Row of the table
 * @property {string} figure
 * @property {string} unit
 * @property {number | undefined} value Carillon's
 * @property {string} [against]
 * @property {number | undefined} [other] the same of what it is compared with
 * @property {Required} [required] of the ratio; of the value where there is no other
 *
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} title
 * @property {ServerName[]} servers in the order in which they take turns
 * @property {ServerName[]} [once] those that are measured in the first round only
 * @property {(server: ServerName, plan: Plan) => Promise<Figures>} measure
 * @property {(round: Partial<Record<ServerName, Figures>>) => Row[]} rows
 *
 * @typedef {object} Plan
 * @property {number} pace 1; less makes everything shorter
 * @property {number} round from 0
 * @property {string} [before] the folder of an older build, where it is to be compared with
 */

/** @type {ServerName[]} */
const EVERYONE = ['carillon', 'bare-node', 'bare-socket', 'better-sse', 'plain-nest', 'nchan'];

/** @type {Scenario[]} */
export const scenarios = [
  {
    name: 'one-publisher',
    title: '1 publisher, 1,000 listeners',
    servers: EVERYONE,
    measure: (server, { pace }) =>
      against(server, {}, async (_, load) => {
        await load.open({ count: 1000 });
        await load.broadcast({ connections: 1, seconds: 0.6 * pace });
        return broadcastFigures(await load.broadcast({ connections: 1, seconds: 1.5 * pace }));
      }),
    rows: ({ carillon, ...peers }) => {
      const floor = peers['bare-socket'];
      return [
        ...compare('CPU per delivery', 'µs', 'cpu', carillon, peers, {
          'bare-node': { below: 0.85 },
          nchan: { below: 1 },
          'bare-socket': null,
          'better-sse': null,
          'plain-nest': null,
        }),
        alone(
          'kernel’s price of one write, in the socket loop',
          'µs',
          floor && Number(floor.cpu) * Number(floor.kernelPart),
        ),
      ];
    },
  },
  {
    name: 'many-publishers',
    title: '64 publishers, 1,000 listeners',
    servers: ['carillon', 'plain-nest', 'nchan', 'bare-node', 'better-sse'],
    measure: (server, { pace }) =>
      against(server, {}, async (_, load) => {
        await load.open({ count: 1000 });
        await load.broadcast({ connections: 64, seconds: 0.7 * pace });
        return broadcastFigures(await load.broadcast({ connections: 64, seconds: 2 * pace }));
      }),
    rows: ({ carillon, ...peers }) => [
      ...compare('deliveries', '1/s', 'perSecond', carillon, peers, {
        'plain-nest': { above: 20 },
        nchan: { above: 8 },
        'bare-node': null,
        'better-sse': null,
      }),
      alone('busy part of the load’s core', '', carillon?.generatorBusy),
    ],
  },
  {
    name: 'crowd',
    title: `${CROWD.toLocaleString('en')} listeners`,
    servers: ['carillon', 'bare-node', 'nchan', 'better-sse', 'plain-nest'],
    once: ['nchan', 'better-sse', 'plain-nest'],
    measure: measureCrowd,
    rows: ({ carillon, ...peers }) => [
      ...compare('one event a second, p99', 'ms', 'p99', carillon, peers, {
        'bare-node': { below: 1 },
        nchan: null,
        'plain-nest': null,
      }),
      alone('memory per listener, at once', 'KiB', carillon?.memory),
      alone('memory per listener, after 15 s', 'KiB', carillon?.rested, { below: 16 }),
      alone('memory per listener, after some traffic', 'KiB', carillon?.inUse),
      alone('the same of bare node', 'KiB', peers['bare-node']?.memory),
      alone('the same of nchan', 'KiB', peers.nchan?.memory),
      alone('the same of better-sse', 'KiB', peers['better-sse']?.memory),
      alone('the same of plain Nest', 'KiB', peers['plain-nest']?.memory),
      {
        figure: 'POST p99, 20 a second, while served',
        unit: 'ms',
        value: carillon?.postServing,
        against: 'no listeners',
        other: carillon?.postAlone,
        required: { below: 3 },
      },
    ],
  },
  {
    name: 'posts',
    title: '64 connections that POST, no listeners',
    servers: ['carillon', 'plain-nest', 'bare-node'],
    measure: (server, { pace }) =>
      against(server, {}, async (_, load) => {
        await load.publish({ connections: 64, seconds: 1.5 * pace });
        const { perSecond, latency, cpuPerPost } = await load.publish({
          connections: 64,
          seconds: 3 * pace,
        });
        const one = await load.publish({ connections: 1, seconds: 1 * pace });
        return {
          perSecond,
          p50: latency.p50,
          p99: latency.p99,
          cpu: cpuPerPost,
          cpuOfOne: one.cpuPerPost,
          p50OfOne: one.latency.p50,
        };
      }),
    rows: ({ carillon, ...peers }) => [
      ...compare('POSTs, Carillon’s on disk', '1/s', 'perSecond', carillon, peers, {
        'plain-nest': { above: 1.5 },
        'bare-node': null,
      }),
      alone('POST p99', 'ms', carillon?.p99),
      alone('server CPU for a POST, 64 at once', 'µs', carillon?.cpu),
      alone('server CPU for a POST, one at a time', 'µs', carillon?.cpuOfOne),
      alone('the same of plain Nest', 'µs', peers['plain-nest']?.cpuOfOne),
    ],
  },
  {
    name: 'slow-flush',
    title: '64 writers, each flush 20 ms longer',
    servers: ['carillon'],
    measure: (server, { pace }) =>
      against(server, { slowFlush: true }, async (running, load) => {
        await load.publish({ connections: 64, seconds: 1 * pace });
        await running.report();
        const { perSecond } = await load.publish({ connections: 64, seconds: 3 * pace });
        const { flushes, p99, max } = await running.report();
        return { perSecond, flushes, p99, max };
      }),
    rows: ({ carillon }) => [
      alone('event loop delay, p99', 'ms', carillon?.p99, { below: 10 }),
      alone('event loop delay, longest', 'ms', carillon?.max),
      alone('flushes that were slowed', '', carillon?.flushes, { above: 1 }),
      alone('POSTs', '1/s', carillon?.perSecond),
    ],
  },
  {
    name: 'storm',
    title: '1,000 come back at once, 1,000 events behind',
    servers: ['carillon'],
    measure: measureStorm,
    rows: ({ carillon }) => [
      alone('all caught up after', 's', carillon?.seconds, { below: 2 }),
      alone('of 1,000 caught up', '', carillon?.complete, { above: 1000 }),
      {
        figure: 'live p99 meanwhile',
        unit: 'ms',
        value: carillon?.during,
        against: 'before',
        other: carillon?.before,
        required: { below: 2 },
      },
    ],
  },
  {
    name: 'slow-listeners',
    title: '100 of 1,000 listeners never read',
    servers: ['carillon'],
    measure: measureSlowListeners,
    rows: ({ carillon }) => [
      {
        figure: 'p99 of the others',
        unit: 'ms',
        value: carillon?.withSlow,
        against: 'all read',
        other: carillon?.withoutSlow,
        required: { below: 1.1 },
      },
      {
        figure: 'memory of the process, most',
        unit: 'MiB',
        value: carillon?.peakWithSlow,
        against: 'all read',
        other: carillon?.peakWithoutSlow,
      },
      alone('not read by each', 'MiB', carillon?.volume),
      alone('part that the slow get when they read again', '', carillon?.madeUp, { above: 1 }),
    ],
  },
  {
    name: 'long-log',
    title: 'a log of 1,000,000 events',
    servers: ['carillon'],
    measure: async (_, plan) => {
      const short = await measureLog(2000, plan);
      const long = await measureLog(1_000_000, plan);
      return { ...prefixed('short', short), ...prefixed('long', long) };
    },
    rows: ({ carillon }) =>
      [
        ['POST', 'Post'],
        ['delivery', 'Live'],
        ['first event of a resume', 'Resume'],
      ].map(([figure, key]) => ({
        figure: `${figure}, p50`,
        unit: 'ms',
        value: carillon?.[`long${key}`],
        against: 'a log of 2,000',
        other: carillon?.[`short${key}`],
        required: { below: 1.1 },
      })),
  },
  {
    name: 'attacks',
    title: 'honest clients while others attack',
    servers: ['carillon'],
    once: ['carillon'],
    measure: (_, plan) => measureAttacks(plan),
    rows: ({ carillon }) => rowsOfAttacks(carillon),
  },
  {
    name: 'engines',
    title: 'SQLite and PostgreSQL, one process and several, all on the same cores',
    servers: ['carillon'],
    once: ['carillon'],
    measure: measureEngines,
    rows: ({ carillon }) => [
      ...['sqlite1', 'sqlite2', 'pg1', 'pg2', 'pg4'].flatMap((key) => {
        const name = key.replace('sqlite', 'SQLite x ').replace('pg', 'PostgreSQL x ');
        return [
          versus(`POSTs on disk, ${name}`, '1/s', 'Posts', key, carillon),
          alone(`POST to wire, ${name}, p50`, 'ms', carillon?.[`${key}P50`]),
          alone(`POST to wire, ${name}, p99`, 'ms', carillon?.[`${key}P99`]),
          versus(`deliveries, ${name}`, '1/s', 'Deliveries', key, carillon),
        ];
      }),
      {
        figure: 'transactions of other programs, each with a fact',
        unit: '1/s',
        value: carillon?.recordedInserts,
        against: 'without',
        other: carillon?.bareInserts,
      },
    ],
  },
];

/**
 * One engine against SQLite with one process.
 *
 * @param {string} figure
 * @param {string} unit
 * @param {string} key
 * @param {string} engine
 * @param {Figures | undefined} figures
 * @returns {Row}
 */
const versus = (figure, unit, key, engine, figures) => ({
  figure,
  unit,
  value: figures?.[`${engine}${key}`],
  ...(engine !== 'sqlite1' && { against: 'SQLite x 1', other: figures?.[`sqlite1${key}`] }),
});

/**
 * @param {string} prefix
 * @param {Figures} figures
 */
const prefixed = (prefix, figures) =>
  Object.fromEntries(Object.entries(figures).map(([key, value]) => [`${prefix}${key}`, value]));

/**
 * A row for each of the peers, with what is required there.
 *
 * @param {string} figure
 * @param {string} unit
 * @param {string} key
 * @param {Figures | undefined} ours
 * @param {Partial<Record<Peer, Figures>>} peers
 * @param {Partial<Record<Peer, Required | null>>} requirements
 * @returns {Row[]}
 */
function compare(figure, unit, key, ours, peers, requirements) {
  return Object.entries(requirements).map(([name, required]) => {
    const against = /** @type {Peer} */ (name);
    const row = { figure, unit, value: ours?.[key], against, other: peers[against]?.[key] };
    return required ? Object.assign(row, { required }) : row;
  });
}

/**
 * @param {string} figure
 * @param {string} unit
 * @param {number | undefined} value
 * @param {Required} [required]
 * @returns {Row}
 */
function alone(figure, unit, value, required) {
  return required ? { figure, unit, value, required } : { figure, unit, value };
}
