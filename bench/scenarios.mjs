import { measureAttacks, rowsOfAttacks } from './attacks.mjs';
import { measureEngines } from './engines.mjs';
import { measureWatch } from './watch.mjs';
import { measureOpening } from './opening.mjs';
import { measureIdleMembers, measureRooms } from './rooms.mjs';
import { measurePublishing, rowsOfPublishing } from './publishing.mjs';
import { compareLogs } from './log-sizes.mjs';
import { measurePosts } from './posts.mjs';
import { measureRestart, rowsOfRestart } from './restart.mjs';
import {
  against,
  broadcastFigures,
  CROWD,
  measureCrowd,
  measureIdleCrowd,
  measureSlowSubscribers,
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
 * @property {boolean} [isLimited] by the load's core, in the first round
 * @property {boolean} [isOtherLimited] the same of what it is compared with
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
 * @property {string} [dist] the folder of the build that is measured; else this one
 * @property {string} [before] the folder of an older build, where it is to be compared with
 */

/** @type {ServerName[]} */
const EVERYONE = [
  'carillon',
  'bare-node',
  'bare-socket',
  'better-sse',
  'plain-nest',
  'nchan',
  'centrifugo',
];

/** @type {Scenario[]} */
export const scenarios = [
  {
    name: 'one-publisher',
    title: '1 publisher, 1,000 subscribers',
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
          'bare-node': { below: 0.8 },
          nchan: null,
          centrifugo: null,
          'bare-socket': null,
          'better-sse': null,
          'plain-nest': null,
        }),
        alone(
          'kernel’s cost of one write, in the socket loop',
          'µs',
          floor && Number(floor.cpu) * Number(floor.kernelPart),
        ),
      ];
    },
  },
  {
    name: 'many-publishers',
    title: '64 publishers, 1,000 subscribers',
    servers: ['carillon', 'plain-nest', 'nchan', 'centrifugo', 'bare-node', 'better-sse'],
    measure: (server, { pace }) =>
      against(server, {}, async (_, load) => {
        await load.open({ count: 1000 });
        await load.broadcast({ connections: 64, seconds: 0.7 * pace });
        return broadcastFigures(await load.broadcast({ connections: 64, seconds: 2 * pace }));
      }),
    rows: ({ carillon, ...peers }) => [
      ...compare('deliveries', '1/s', 'perSecond', carillon, peers, {
        nchan: { above: 5 },
        centrifugo: { above: 2.5 },
        'plain-nest': null,
        'bare-node': null,
        'better-sse': null,
      }),
    ],
  },
  {
    name: 'crowd',
    title: `${CROWD.toLocaleString('en')} subscribers`,
    servers: ['carillon', 'bare-node', 'nchan', 'centrifugo', 'better-sse', 'plain-nest'],
    once: ['nchan', 'centrifugo', 'better-sse', 'plain-nest'],
    measure: measureCrowd,
    rows: ({ carillon, ...peers }) => [
      ...compare('one event a second, p99', 'ms', 'p99', carillon, peers, {
        'bare-node': { below: 1 },
        nchan: null,
        'plain-nest': null,
      }),
      alone('memory per subscriber, immediately', 'KiB', carillon?.memory),
      alone('memory per subscriber, after 15 s', 'KiB', carillon?.rested, { below: 12 }),
      alone('memory per subscriber, after some traffic', 'KiB', carillon?.inUse),
      alone('the same of bare node', 'KiB', peers['bare-node']?.memory),
      alone('the same of nchan', 'KiB', peers.nchan?.memory),
      alone('the same of Centrifugo', 'KiB', peers.centrifugo?.memory),
      alone('the same of better-sse', 'KiB', peers['better-sse']?.memory),
      alone('the same of plain Nest', 'KiB', peers['plain-nest']?.memory),
      {
        figure: 'POST p99, 20 a second, during deliveries',
        unit: 'ms',
        value: carillon?.postServing,
        against: 'no subscribers',
        other: carillon?.postAlone,
        required: { below: 3 },
      },
    ],
  },
  {
    name: 'idle-crowd',
    title: `POSTs beside ${CROWD.toLocaleString('en')} idle subscribers`,
    servers: ['carillon'],
    measure: measureIdleCrowd,
    rows: ({ carillon }) => [
      {
        figure: 'POST p99, 100 a second',
        unit: 'ms',
        value: carillon?.p99,
        against: 'no subscribers',
        other: carillon?.p99Alone,
        required: { below: 3 },
      },
      {
        figure: 'POST p50, 100 a second',
        unit: 'ms',
        value: carillon?.p50,
        against: 'no subscribers',
        other: carillon?.p50Alone,
      },
    ],
  },
  {
    name: 'opening',
    title: '5,000 streams opened at once',
    servers: ['carillon', 'bare-node', 'plain-nest', 'nchan', 'centrifugo'],
    measure: measureOpening,
    rows: ({ carillon, ...peers }) => [
      ...compare('server CPU for opening a stream', 'µs', 'cpu', carillon, peers, {
        'bare-node': { below: 1.5 },
        'plain-nest': null,
        nchan: null,
        centrifugo: null,
      }),
      alone('streams opened', '1/s', carillon?.perSecond),
    ],
  },
  {
    name: 'posts',
    title: '64 connections that POST, no subscribers',
    servers: ['carillon', 'plain-nest', 'bare-node'],
    measure: measurePosts,
    rows: ({ carillon, ...peers }) => [
      ...compare('POSTs (Carillon: on disk)', '1/s', 'perSecond', carillon, peers, {
        'plain-nest': { above: 0.5 },
        'bare-node': null,
      }),
      alone('POST p99', 'ms', carillon?.p99),
      ...compare('server CPU for a POST, 64 at once', 'µs', 'cpu', carillon, peers, {
        'plain-nest': { below: 2 },
      }),
      {
        figure: 'server CPU for a POST, 64 at once',
        unit: 'µs',
        value: carillon?.cpu,
        against: 'before',
        other: carillon?.cpuBefore,
      },
      ...compare('server CPU for a POST, one at a time', 'µs', 'cpuOfOne', carillon, peers, {
        'plain-nest': null,
      }),
      {
        figure: 'server CPU for a POST, one at a time',
        unit: 'µs',
        value: carillon?.cpuOfOne,
        against: 'before',
        other: carillon?.cpuOfOneBefore,
        required: { below: 0.45 },
      },
      alone('CPU of one flush, part of that', 'µs', carillon?.flush),
      {
        figure: 'server CPU for a POST, one at a time, without the flush',
        unit: 'µs',
        value: Number(carillon?.cpuOfOne) - Number(carillon?.flush),
        against: 'before',
        other: carillon?.cpuOfOneBefore && carillon.cpuOfOneBefore - Number(carillon.flush),
      },
    ],
  },
  {
    name: 'rooms',
    title: 'messages of rooms, on a stream of each member',
    servers: ['carillon'],
    measure: measureRooms,
    rows: ({ carillon }) => [
      ...[1, 16].map((writers) => ({
        figure: `CPU per delivery in a room of 1,000 members, ${writers} writers`,
        unit: 'µs',
        value: carillon?.[`room${writers}`],
        against: 'users, on one stream for all',
        other: carillon?.[`users${writers}`],
        required: { below: 1.2 },
      })),
      {
        figure: 'messages, 1,000 rooms of 10 members, 64 writers',
        unit: '1/s',
        value: carillon?.messages,
        against: 'POSTs of users',
        other: carillon?.userPosts,
        required: { above: 0.7 },
      },
      alone('deliveries lost', '', carillon?.lost),
    ],
  },
  {
    name: 'members',
    title: '15,000 idle streams of signed-in users with 20 rooms each',
    servers: ['carillon'],
    once: ['carillon'],
    measure: measureIdleMembers,
    rows: ({ carillon }) => [
      alone('memory per subscriber, after 15 s', 'KiB', carillon?.memory, { below: 16 }),
    ],
  },
  {
    name: 'publish',
    title: '64 connections that publish events of other programs',
    servers: ['carillon'],
    once: ['carillon'],
    measure: measurePublishing,
    rows: ({ carillon }) => rowsOfPublishing(carillon),
  },
  {
    name: 'slow-flush',
    title: '64 writers, each flush 20 ms longer',
    servers: ['carillon'],
    once: ['carillon'],
    measure: (server, { pace }) =>
      against(server, { preload: 'slow-flush.mjs' }, async (running, load) => {
        await load.publish({ connections: 64, seconds: 1 * pace });
        await running.report();
        const { perSecond } = await load.publish({ connections: 64, seconds: 3 * pace });
        const { flushes, p99, max } = await running.report();
        return { perSecond, flushes, p99, max };
      }),
    rows: ({ carillon }) => [
      alone('event loop delay, p99', 'ms', carillon?.p99, { below: 10 }),
      alone('event loop delay, longest', 'ms', carillon?.max),
      alone('slowed flushes', '', carillon?.flushes, { above: 1 }),
      alone('POSTs', '1/s', carillon?.perSecond),
    ],
  },
  {
    name: 'storm',
    title: '1,000 reconnect at once, 1,000 events behind',
    servers: ['carillon'],
    measure: measureStorm,
    rows: ({ carillon }) => [
      alone('all caught up after', 's', carillon?.seconds, { below: 2 }),
      alone('of 1,000 caught up', '', carillon?.complete, { above: 1000 }),
      {
        figure: 'live p99 during this',
        unit: 'ms',
        value: carillon?.during,
        against: 'before',
        other: carillon?.before,
        required: { below: 4 },
      },
    ],
  },
  {
    name: 'restart',
    title: `a process with ${CROWD.toLocaleString('en')} subscribers is restarted`,
    servers: ['carillon'],
    measure: measureRestart,
    rows: ({ carillon }) => rowsOfRestart(carillon),
  },
  {
    name: 'slow-subscribers',
    title: '100 of 1,000 subscribers never read',
    servers: ['carillon'],
    once: ['carillon'],
    measure: measureSlowSubscribers,
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
        figure: 'memory of the process, maximum',
        unit: 'MiB',
        value: carillon?.peakWithSlow,
        against: 'all read',
        other: carillon?.peakWithoutSlow,
      },
      alone('unread by each', 'MiB', carillon?.volume),
      alone('share that the slow ones get when they read again', '', carillon?.madeUp, {
        above: 1,
      }),
    ],
  },
  {
    name: 'long-log',
    title: 'a log of 1,000,000 events',
    servers: ['carillon'],
    once: ['carillon'],
    measure: (_, plan) => compareLogs(plan),
    rows: ({ carillon }) => [
      ...[
        ['POST', 'Post'],
        ['delivery', 'Live'],
        ['first event of a resume from the database', 'Resume'],
      ].map(([figure, key]) => ({
        figure: `${figure}, p50`,
        unit: 'ms',
        value: carillon?.[`long${key}`],
        against: 'a log of 2,000',
        other: carillon?.[`short${key}`],
        required: { below: 1.2 },
      })),
      {
        figure: 'first event of a resume from the database, p50',
        unit: 'ms',
        value: carillon?.longResume,
        against: 'from memory',
        other: carillon?.memoryResume,
      },
    ],
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
    name: 'watch',
    title: '16 connections of another program on PostgreSQL, whose table is watched',
    servers: ['carillon'],
    once: ['carillon'],
    measure: measureWatch,
    rows: ({ carillon }) => [
      {
        figure: 'transactions with one insert and one update',
        unit: '1/s',
        value: carillon?.watched,
        against: 'without watch',
        other: carillon?.bare,
        required: { above: 0.7 },
      },
    ],
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
        figure: 'transactions of other programs, each with an event',
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
    const row = {
      figure,
      unit,
      value: ours?.[key],
      against,
      other: peers[against]?.[key],
      isLimited: key !== 'cpu' && isBusy(ours),
      isOtherLimited: key !== 'cpu' && isBusy(peers[against]),
    };
    return required ? Object.assign(row, { required }) : row;
  });
}

/**
 * Whether the load could hardly do more. The server may then be able to.
 *
 * @param {Figures | undefined} figures
 */
const isBusy = (figures) => Number(figures?.generatorBusy) > 0.95;

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
