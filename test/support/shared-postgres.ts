import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { EngineUnderTest } from './engines.js';
import { filesWith } from './files.js';
import { createDataFolder, settingsOf } from './postgres-template.js';
import { freePort } from './ports.js';
import { until } from './wait.js';

/** The process of the whole run: the parent of a worker, or this process if jest uses no workers. */
const RUNNER = process.send ? process.ppid : process.pid;
const FOLDER = join(tmpdir(), `carillon-shared-postgres-${RUNNER}`);
const DATA = join(FOLDER, 'data');
const PORT = join(FOLDER, 'port');
const OWNER = join(import.meta.dirname, 'shared-postgres-owner.mjs');

let databases = 0;

/**
 * Databases of a PostgreSQL that all specs of a run share. The first spec that needs it starts it, and it ends with the
 * run: a server for each spec would take 0.9 s of CPU time. Specs that stop it or change its settings start their own.
 */
export async function sharedPostgres(): Promise<EngineUnderTest> {
  if (isFirst()) await startServer();
  await until(() => existsSync(PORT));
  const port = readFileSync(PORT, 'utf8');
  const urlOf = (name: string) => `postgres://carillon:secret@127.0.0.1:${port}/${name}`;
  const admin = new pg.Client(urlOf('postgres'));
  await admin.connect();
  const own: string[] = [];
  return {
    createDatabase: async () => {
      const name = `test_${process.pid}_${++databases}`;
      await admin.query(`create database ${name}`);
      own.push(name);
      return urlOf(name);
    },
    filesWith: async (text) => {
      const { rows } = await admin.query<{ oid: string }>(
        'select oid::text from pg_database where datname = any($1)',
        [own],
      );
      return rows.flatMap(({ oid }) => filesWith(join(DATA, 'base', oid), text));
    },
    stop: async () => {
      for (const name of own) await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}

function isFirst(): boolean {
  try {
    mkdirSync(FOLDER, { mode: 0o755 });
    return true;
  } catch {
    return false;
  }
}

async function startServer(): Promise<void> {
  // Where the tests run as root, the server runs as another user, who has to get there.
  chmodSync(FOLDER, 0o755);
  await createDataFolder(DATA);
  const settings = JSON.stringify(settingsOf(DATA, await freePort()));
  const parameters = [OWNER, FOLDER, String(RUNNER), settings];
  spawn(process.execPath, parameters, { detached: true, stdio: 'ignore' }).unref();
}
