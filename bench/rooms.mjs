import Sqlite from 'better-sqlite3';
import { hash } from 'node:crypto';
import { copyFileSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { against, broadcastFigures, CROWD } from './measurements.mjs';
import { folder, Server } from './servers.mjs';

/**
 * @typedef {import('./scenarios.mjs').Plan} Plan
 * @typedef {import('./scenarios.mjs').Figures} Figures
 */

const USERS = 1000;
const WRITERS = 64;
const STREAM = '/api/events';

/** Users who are signed in, and how they share rooms. */
const ONE_ROOM = { rooms: 1, roomsOfUser: 1 };
const MANY_ROOMS = { rooms: 1000, roomsOfUser: 10 };

/**
 * Messages of rooms, which arrive on a stream of each member, compared with users, which arrive on the same stream for all.
 *
 * @param {unknown} _
 * @param {Plan} plan
 * @returns {Promise<Figures>}
 */
export async function measureRooms(_, plan) {
  const users = await measureUsers(plan);
  const one = await measureMessages(ONE_ROOM, [1, 16], plan);
  const many = await measureMessages(MANY_ROOMS, [WRITERS], plan);
  return {
    users1: users.broadcasts[0]?.cpu,
    users16: users.broadcasts[1]?.cpu,
    room1: one[0]?.cpu,
    room16: one[1]?.cpu,
    userPosts: users.posts,
    messages: many[0]?.posts,
    lost: (one[1]?.lost ?? 0) + (many[0]?.lost ?? 0),
  };
}

/**
 * The memory of idle streams, each of another signed-in user who is a member of 20 rooms.
 *
 * @param {unknown} _
 * @param {Plan} plan
 * @returns {Promise<Figures>}
 */
export async function measureIdleMembers(_, { pace, dist }) {
  const count = Math.min(CROWD, Math.ceil(15_000 * pace));
  const { file, members } = await membersOf({ rooms: count, roomsOfUser: 20, users: count });
  return against('carillon', { database: file, dist }, async (server, load) => {
    await load.publish({ connections: 4, rate: 200, seconds: 1 * pace });
    const before = server.memory.now;
    const headersOfEach = members.map(({ headers }) => headers);
    await load.run('open', { port: server.port, path: STREAM, count, headersOfEach });
    await sleep(15_000 * pace);
    return { count, memory: (server.memory.now - before) / count };
  });
}

/**
 * Messages in one room, all of whose members have a stream: CPU per message in ms, with all its deliveries, and its latency.
 *
 * @param {number} members
 * @param {Plan} plan
 */
export async function measureRoomOf(members, { pace }) {
  const room = await membersOf({ ...ONE_ROOM, users: members });
  return against('carillon', { database: room.file }, async ({ port }, load) => {
    const headersOfEach = room.members.map(({ headers }) => headers);
    await load.run('open', { port, path: STREAM, count: members, headersOfEach });
    const targets = targetsOf(room.members);
    const rate = Math.max(1, Math.min(100, Math.round(15_000 / members)));
    const traffic = { targets, receivers: members, connections: 4, rate };
    await load.broadcast({ ...traffic, rate: 100, seconds: 2 * pace });
    const { posts, latency, ...all } = await load.broadcast({ ...traffic, seconds: 5 * pace });
    return {
      cpu: (all.cpuPerDelivery * all.delivered) / posts.acked / 1000,
      Message: latency?.p50,
      MessageP99: latency?.p99,
    };
  });
}

/** @param {Awaited<ReturnType<typeof membersOf>>['members']} members who write in turn, each in a room of theirs */
const targetsOf = (members) =>
  members.map(({ headers, roomId }) => ({ path: `/api/rooms/${roomId}/messages`, headers }));

/** @param {Plan} plan */
const measureUsers = ({ pace, dist }) =>
  against('carillon', { dist }, async (_, load) => {
    await load.publish({ connections: WRITERS, seconds: 1 * pace });
    const { perSecond } = await load.publish({ connections: WRITERS, seconds: 3 * pace });
    await load.open({ count: USERS });
    const broadcasts = await broadcastBy(load, [1, 16], {}, pace);
    return { posts: perSecond, broadcasts };
  });

/**
 * @param {typeof ONE_ROOM} layout
 * @param {number[]} writers
 * @param {Plan} plan
 */
async function measureMessages(layout, writers, { pace, dist }) {
  const { file, members } = await membersOf(layout);
  return against('carillon', { database: file, dist }, async ({ port }, load) => {
    await load.run('open', {
      port,
      path: STREAM,
      count: USERS,
      headersOfEach: members.map(({ headers }) => headers),
    });
    const receivers = (USERS * layout.roomsOfUser) / layout.rooms;
    return broadcastBy(load, writers, { targets: targetsOf(members), receivers }, pace);
  });
}

/**
 * @param {import('./servers.mjs').Load} load
 * @param {number[]} writers
 * @param {object} spec
 * @param {number} pace
 */
async function broadcastBy(load, writers, spec, pace) {
  const figures = [];
  for (const connections of writers) {
    await load.broadcast({ ...spec, connections, seconds: 1 * pace });
    figures.push(
      broadcastFigures(await load.broadcast({ ...spec, connections, seconds: 3 * pace })),
    );
  }
  return figures;
}

/**
 * A database with users who are signed in and are members of rooms.
 *
 * @param {typeof ONE_ROOM & { users?: number }} layout
 */
export async function membersOf({ rooms, roomsOfUser, users = USERS }) {
  const file = join(mkdtempSync(join(folder, 'filled-')), 'carillon.db');
  // Carillon itself creates the tables, so that this follows its migrations.
  const server = await Server.start('carillon', { database: file });
  await server.stop();
  const db = new Sqlite(file);
  const insert = insertInto(db);
  const at = new Date().toISOString();
  const end = new Date(Date.now() + 86_400_000).toISOString();
  const members = db.transaction(() => {
    for (let room = 0; room < rooms; room++)
      insert('rooms', { ...row(room, at), kind: 'public', name: `Room ${room}`, last_seq: 0 });
    return Array.from({ length: users }, (_, user) => {
      insert('users', { ...row(user, at), firstname: 'A', lastname: 'B', username: `user${user}` });
      const token = `carillon_${user}`;
      insert('sessions', {
        id: idOf(user),
        user_id: idOf(user),
        token_hash: hash('sha256', token, 'base64url'),
        client: '',
        created_at: at,
        last_used_at: at,
        expires_at: end,
      });
      for (let n = 0; n < roomsOfUser; n++)
        insert('members', {
          room_id: idOf((user + n * (rooms / roomsOfUser)) % rooms),
          user_id: idOf(user),
          role: 'member',
          read_seq: 0,
          joined_at: at,
        });
      return { headers: { Authorization: `Bearer ${token}` }, roomId: idOf(user % rooms) };
    });
  })();
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  // Without the mark of the last write, which Carillon itself has to make.
  const copy = join(mkdtempSync(join(folder, 'rooms-')), 'carillon.db');
  copyFileSync(file, copy);
  return { file: copy, members };
}

/** @param {import('better-sqlite3').Database} db */
const insertInto =
  (db) => (/** @type {string} */ table, /** @type {Record<string, unknown>} */ values) =>
    db
      .prepare(
        `INSERT INTO ${table} (${Object.keys(values).join()}) VALUES (${Object.keys(values)
          .map(() => '?')
          .join()})`,
      )
      .run(...Object.values(values));

/**
 * @param {number} number
 * @param {string} at
 */
const row = (number, at) => ({ id: idOf(number), created_at: at, updated_at: at });

const idOf = (/** @type {number} */ number) =>
  `019a1b2c-3d4e-7f60-8a1b-${number.toString(16).padStart(12, '0')}`;
