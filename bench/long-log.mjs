import Sqlite from 'better-sqlite3';
import { closeSync, copyFileSync, existsSync, fsyncSync, mkdtempSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { folder, Server } from './servers.mjs';

const USERS = 1000;

/**
 * The cursor at the head of the log.
 *
 * @param {number} port
 */
export async function headOf(port) {
  const response = await fetch(`http://127.0.0.1:${port}/api/users?limit=1`);
  await response.arrayBuffer();
  const cursor = response.headers.get('Last-Event-ID') ?? '';
  const [epoch, position] = cursor.split('-');
  return { cursor, epoch, position: Number(position) };
}

/**
 * A database whose log holds so many changes of 1,000 users: a copy, for one run of Carillon.
 *
 * @param {number} events
 * @returns {Promise<string>} its file
 */
export async function longLog(events) {
  const filled = join(folder, `log-${events}.db`);
  if (!existsSync(filled)) await fill(filled, events);
  const copy = join(mkdtempSync(join(folder, 'carillon-')), 'carillon.db');
  copyFileSync(filled, copy);
  flush(copy);
  return copy;
}

/**
 * Otherwise the kernel would write a large copy to disk while its server is measured.
 *
 * @param {string} file
 */
function flush(file) {
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/**
 * @param {string} file
 * @param {number} events
 */
async function fill(file, events) {
  // Carillon itself makes the tables, so that this follows its migrations.
  const server = await Server.start('carillon', { database: file });
  await server.stop();
  const db = new Sqlite(file);
  db.transaction(() => {
    const at = new Date().toISOString();
    const insertUser = db.prepare(
      'INSERT INTO users (id, firstname, lastname, created_at, updated_at) VALUES (?, ?, ?, ?, ?)',
    );
    for (let user = 0; user < USERS; user++)
      insertUser.run(idOf(user), `@T${'0'.repeat(20)}`, 'DOE', at, at);
    const { oldest } = /** @type {{ oldest: number }} */ (
      db.prepare('SELECT oldest FROM event_log').get()
    );
    const insertEvent = db.prepare(
      'INSERT INTO events (position, topic, type, data, at) VALUES (?, ?, ?, ?, ?)',
    );
    for (let position = oldest; position < oldest + events; position++)
      insertEvent.run(position, 'users', 'user.updated', data(position, at), at);
    db.prepare('UPDATE event_log SET head = ?').run(oldest + events - 1);
  })();
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

/** @param {number} user */
const idOf = (user) => `019a1b2c-3d4e-7f60-8a1b-${user.toString(16).padStart(12, '0')}`;

/**
 * @param {number} position
 * @param {string} at
 */
function data(position, at) {
  const firstname = `@T${'0'.repeat(20)}`;
  const id = idOf(position % USERS);
  return JSON.stringify({ id, firstname, lastname: 'DOE', createdAt: at, updatedAt: at });
}
