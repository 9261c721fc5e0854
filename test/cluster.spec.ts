import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENGINES, type EngineUnderTest } from './support/engines.js';
import { Hopper, stopWriters, writeTo } from './support/hopper.js';
import { openLog } from './support/server-log.js';
import { runAsOtherProgram } from './support/other-program.js';
import { childrenOf, isAlive } from './support/pids.js';
import { CarillonProcess } from './support/process.js';
import { createUser } from './support/requests.js';
import { throughout, until } from './support/wait.js';

afterEach(stopWriters);

/** Milliseconds between two requests of a client while processes start, which need the CPU. */
const PAUSE = 50;

describe.each(ENGINES)('several processes on one port, on $name', ({ name, start }) => {
  let engine: EngineUnderTest;
  let url: string;
  let carillon: CarillonProcess;
  let hoppers: Hopper[];

  const urls = () => [carillon.url];
  const children = () => childrenOf(carillon);
  /** What the processes tell each other meanwhile waits for the one that started them, and passes it on to one that is dead. */
  const killWhileWritten = async (victim: number, answered: readonly string[]) => {
    carillon.signal('SIGSTOP');
    const before = answered.length;
    await until(() => answered.length >= before + 20, 5);
    process.kill(victim, 'SIGKILL');
    await until(() => !isAlive(victim));
    carillon.signal('SIGCONT');
  };
  const everyoneHeardTheLog = async () => {
    const { log, close } = await openLog(url);
    const loggedEvents = await log.read(0, Number.MAX_SAFE_INTEGER, 100_000);
    await close();
    expect(loggedEvents.map(({ position }) => position)).toEqual(
      loggedEvents.map((_, index) => index + 1),
    );
    const logged = loggedEvents.map(({ data }) => (JSON.parse(data) as { id: string }).id);
    await until(() => hoppers.every(({ received: heard }) => heard.length >= logged.length));
    for (const { received: heard } of hoppers) expect(heard).toEqual(logged);
    return logged;
  };

  const startProcesses = () =>
    CarillonProcess.start(
      { DATABASE_URL: url, WEB_CONCURRENCY: '2', LOG_LEVEL: 'info' },
      carillon?.port,
      carillon?.folder,
    );

  beforeAll(async () => {
    engine = await start();
    url = await engine.createDatabase();
    carillon = await startProcesses();
  });
  beforeEach(async () => {
    if (!carillon.isRunning) carillon = await startProcesses();
    await until(() => children().length === 2);
    carillon.output = '';
    hoppers = Array.from({ length: 6 }, () => new Hopper(urls));
  });
  afterEach(() => {
    for (const hopper of hoppers) hopper.close();
  });
  afterAll(async () => {
    await carillon?.kill();
    await engine?.stop();
    rmSync(carillon.folder, { recursive: true, force: true });
  });

  // The supervisor is the same with either engine, and only the processes of one SQLite file notify each other through it.
  // nodes.spec.ts kills processes that share a PostgreSQL.
  const onSqlite = name === 'SQLite' ? it : it.skip;
  const onPostgres = name === 'PostgreSQL' ? it : it.skip;

  it('write events in one gapless order, and notify each other immediately', async () => {
    expect(children()).toHaveLength(2);
    const { answered, stop } = writeTo(urls, 12);
    await until(() => answered.length >= 200);
    await stop();
    const logged = await everyoneHeardTheLog();
    expect(answered.filter((id) => !logged.includes(id))).toEqual([]);

    // Without the notification, the poll would take half a second on average.
    const began = Date.now();
    for (let n = 0; n < 20; n++) {
      const { id } = await createUser(carillon.url, 'At', 'Once');
      await until(() => hoppers.every(({ received: heard }) => heard.at(-1) === id));
    }
    expect(Date.now() - began).toBeLessThan(5000);
  });

  onSqlite('keep running when SIGHUP is sent while no new process can start', async () => {
    const before = children();
    // As a database that is away does: it keeps new processes from starting.
    await runAsOtherProgram(url, `INSERT INTO carillon_migrations VALUES ('users', 'newer', '')`);
    carillon.signal('SIGHUP');
    await carillon.says('Replaced 0 of 2 processes; the others keep running');
    await runAsOtherProgram(url, `DELETE FROM carillon_migrations WHERE name = 'newer'`);
    await throughout(500, () => children().join() === before.join());
    expect(carillon.output).not.toMatch(/exited unexpectedly|Replaced all processes/);
    // The next tests show that they can still be replaced.
  });

  onSqlite(
    'replace one that dies while messages are sent to it, without losing an event',
    async () => {
      const { answered, stop } = writeTo(urls, 8, PAUSE);
      await until(() => answered.length >= 20);
      const [victim] = children();
      await killWhileWritten(victim!, answered);
      const before = answered.length;
      await until(
        () =>
          answered.length >= before + 50 &&
          children().length === 2 &&
          !children().includes(victim!),
      );
      await stop();
      const logged = await everyoneHeardTheLog();
      expect(answered.filter((id) => !logged.includes(id))).toEqual([]);
    },
  );

  onSqlite(
    'continue a rolling restart when one dies while a message is being sent to it',
    async () => {
      const before = children();
      const { answered, stop } = writeTo(urls, 8, PAUSE);
      await until(() => answered.length >= 20);
      carillon.signal('SIGHUP');
      await carillon.says('Shutting down');
      await killWhileWritten(before[0]!, answered);
      await carillon.says('Replaced all processes');
      await stop();
      expect(children()).toHaveLength(2);
      expect(children().filter((pid) => before.includes(pid))).toEqual([]);
      const logged = await everyoneHeardTheLog();
      expect(answered.filter((id) => !logged.includes(id))).toEqual([]);
    },
  );

  // On SQLite, the rolling restart above replaces a process under load as well.
  onPostgres('restart one at a time on SIGHUP, without losing an event', async () => {
    const before = children();
    const { answered, stop } = writeTo(urls, 4, PAUSE);
    const newcomers = new Newcomers(carillon.url, 8);
    carillon.signal('SIGHUP');
    await carillon.says('Replaced all processes');
    await stop();
    await newcomers.stop();
    expect(newcomers.failures).toEqual([]);
    expect(newcomers.answers).toBeGreaterThan(100);
    expect(children()).toHaveLength(2);
    expect(children().filter((pid) => before.includes(pid))).toEqual([]);
    const logged = await everyoneHeardTheLog();
    expect(answered.filter((id) => !logged.includes(id))).toEqual([]);
    expect(answered.length).toBeGreaterThan(10);
  });

  it('shut down gracefully on SIGTERM', async () => {
    const processes = children();
    carillon.signal('SIGTERM');
    expect(await carillon.exited).toBe(0);
    expect(processes.filter(isAlive)).toEqual([]);
  });
});

/** Some who ask again and again, each time over a new connection. */
class Newcomers {
  answers = 0;
  readonly failures: unknown[] = [];
  #stopping = false;
  readonly #all: Promise<unknown>;

  constructor(
    private readonly url: string,
    count: number,
  ) {
    this.#all = Promise.all(Array.from({ length: count }, () => this.#askOn()));
  }

  stop(): Promise<unknown> {
    this.#stopping = true;
    return this.#all;
  }

  async #askOn(): Promise<void> {
    while (!this.#stopping && this.failures.length === 0)
      try {
        const asked = get(`${this.url}/api/users?limit=1`, { agent: false });
        const [answer] = (await once(asked, 'response')) as [IncomingMessage];
        await once(answer.resume(), 'end');
        this.answers += 1;
        await sleep(PAUSE);
      } catch (error) {
        this.failures.push(error);
      }
  }
}
