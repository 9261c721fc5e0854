import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from './support/application.js';
import { ENGINES, type EngineUnderTest } from './support/engines.js';
import { Hopper, until, writeTo } from './support/hopper.js';
import { fact, openLog } from './support/log.js';
import { runAsOtherProgram } from './support/other-program.js';
import { CarillonProcess } from './support/process.js';
import { createUser, listUsers } from './support/requests.js';
import { SlowRequest } from './support/slow-request.js';

describe.each(ENGINES)('several processes on one port, on $name', ({ start }) => {
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
    await sleep(50);
    carillon.signal('SIGCONT');
  };
  const everyoneHeardTheLog = async () => {
    const { log, close } = await openLog(url);
    const facts = await log.read(0, Number.MAX_SAFE_INTEGER, 100_000);
    await close();
    expect(facts.map(({ position }) => position)).toEqual(facts.map((_, index) => index + 1));
    const logged = facts.map(({ data }) => (JSON.parse(data) as { id: string }).id);
    await until(() => hoppers.every(({ heard }) => heard.length >= logged.length));
    for (const { heard } of hoppers) expect(heard).toEqual(logged);
    return logged;
  };

  beforeAll(async () => {
    engine = await start();
  });
  beforeEach(async () => {
    url = await engine.createDatabase();
    const settings = { DATABASE_URL: url, WEB_CONCURRENCY: '2', LOG_LEVEL: 'info' };
    carillon = await CarillonProcess.start(settings);
    hoppers = Array.from({ length: 6 }, () => new Hopper(urls));
  });
  afterEach(async () => {
    for (const hopper of hoppers) hopper.close();
    await carillon.kill();
    rmSync(carillon.folder, { recursive: true, force: true });
  });
  afterAll(() => engine.stop());

  it('give one gapless order to what both write, and tell each other at once', async () => {
    expect(children()).toHaveLength(2);
    const { answered, stop } = writeTo(urls, 12);
    await until(() => answered.length >= 400);
    await stop();
    expect(answered.length).toBeGreaterThanOrEqual(400);
    const logged = await everyoneHeardTheLog();
    expect(answered.filter((id) => !logged.includes(id))).toEqual([]);

    // Without the bell, the poll would take half a second in the mean.
    const began = Date.now();
    for (let n = 0; n < 20; n++) {
      const { id } = await createUser(carillon.url, 'At', 'Once');
      await until(() => hoppers.every(({ heard }) => heard.at(-1) === id));
    }
    expect(Date.now() - began).toBeLessThan(5000);
  });

  it('replace one that was killed under load, and nobody misses anything', async () => {
    const { answered, stop } = writeTo(urls, 8);
    await until(() => answered.length >= 100);
    const [victim] = children();
    process.kill(victim!, 'SIGKILL');
    const before = answered.length;
    await until(() => answered.length >= before + 200 && children().length === 2);
    await stop();
    expect(children()).toHaveLength(2);
    expect(children()).not.toContain(victim);
    const logged = await everyoneHeardTheLog();
    expect(answered.filter((id) => !logged.includes(id))).toEqual([]);
  });

  it('go on when one dies to which something is on its way', async () => {
    const { answered, stop } = writeTo(urls, 8);
    await until(() => answered.length >= 100);
    const [victim] = children();
    await killWhileWritten(victim!, answered);
    await until(() => !children().includes(victim!) && children().length === 2);
    await stop();
    expect(children()).toHaveLength(2);
    const logged = await everyoneHeardTheLog();
    expect(answered.filter((id) => !logged.includes(id))).toEqual([]);
  });

  it('go on replacing themselves when one dies meanwhile to which something is on its way', async () => {
    const before = children();
    const { answered, stop } = writeTo(urls, 8);
    await until(() => answered.length >= 100);
    carillon.signal('SIGHUP');
    await carillon.says('Shutting down');
    await killWhileWritten(before[0]!, answered);
    await carillon.says('All processes were replaced');
    await stop();
    expect(children()).toHaveLength(2);
    expect(children().filter((pid) => before.includes(pid))).toEqual([]);
    const logged = await everyoneHeardTheLog();
    expect(answered.filter((id) => !logged.includes(id))).toEqual([]);
  });

  it('replace themselves one by one on SIGHUP, and nobody misses anything', async () => {
    const before = children();
    const { answered, stop } = writeTo(urls, 4);
    const newcomers = new Newcomers(carillon.url, 8);
    carillon.signal('SIGHUP');
    await carillon.says('All processes were replaced');
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

  it('stay as they are, and as many, when SIGHUP comes while no new one can start', async () => {
    const before = children();
    // As a database that is away does: it keeps new processes from starting.
    await runAsOtherProgram(
      url,
      `INSERT INTO kysely_migration VALUES ('9999-newer', '9999-01-01')`,
    );
    carillon.signal('SIGHUP');
    await carillon.says('0 of 2 were replaced, and the others stay');
    await runAsOtherProgram(url, `DELETE FROM kysely_migration WHERE name = '9999-newer'`);
    await sleep(2000);
    expect(children()).toEqual(before);
    expect(carillon.output).not.toMatch(/exited unexpectedly|All processes were replaced/);

    carillon.signal('SIGHUP');
    await carillon.says('All processes were replaced');
    expect(children()).toHaveLength(2);
    expect(children().filter((pid) => before.includes(pid))).toEqual([]);
  });

  it('end in order on SIGTERM, and are not left behind when the one that started them is killed', async () => {
    const processes = children();
    carillon.signal('SIGTERM');
    expect(await carillon.exited).toBe(0);
    expect(processes.filter(isAlive)).toEqual([]);

    const second = await CarillonProcess.start(
      { DATABASE_URL: url, WEB_CONCURRENCY: '2' },
      carillon.port,
      carillon.folder,
    );
    carillon = second;
    const orphans = children();
    await second.kill();
    await until(() => !orphans.some(isAlive));
    expect(orphans.filter(isAlive)).toEqual([]);
  });
});

describe('several processes', () => {
  it('end with one line and 1 when the port is taken', async () => {
    const other: Server = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(CarillonProcess.start({ WEB_CONCURRENCY: '2' }, port)).rejects.toThrow(
      'another program listens there',
    );
    other.close();
  });

  it('are not kept by one that hangs from ending in order', async () => {
    const carillon = await CarillonProcess.start({ WEB_CONCURRENCY: '2', LOG_LEVEL: 'info' });
    const [hanging] = childrenOf(carillon);
    process.kill(hanging!, 'SIGSTOP');
    carillon.signal('SIGTERM');
    expect(await carillon.exited).toBe(0);
    expect(isAlive(hanging!)).toBe(false);
    rmSync(carillon.folder, { recursive: true, force: true });
  });

  describe('that are signalled all at once', () => {
    let carillon: CarillonProcess;
    const signalAll = (signal: NodeJS.Signals) => {
      for (const pid of [...childrenOf(carillon), carillon.pid]) process.kill(pid, signal);
    };

    beforeEach(async () => {
      carillon = await CarillonProcess.start({ WEB_CONCURRENCY: '2', LOG_LEVEL: 'info' });
    });
    afterEach(async () => {
      await carillon.kill();
      rmSync(carillon.folder, { recursive: true });
    });

    it('finish what runs on SIGTERM, which reaches them twice and more', async () => {
      const requests = await Promise.all([1, 2, 3, 4].map(() => SlowRequest.begin(carillon.port)));
      signalAll('SIGTERM');
      signalAll('SIGTERM');
      await carillon.says('Shutting down');
      for (const pid of childrenOf(carillon)) process.kill(pid, 'SIGTERM');
      for (const request of requests)
        expect(await request.finish()).toMatch(/^HTTP\/1\.1 201 Created/);
      expect(await carillon.exited).toBe(0);
    });

    it('replace themselves once on SIGHUP', async () => {
      const before = childrenOf(carillon);
      signalAll('SIGHUP');
      await carillon.says('All processes were replaced');
      expect(carillon.output).not.toMatch(/exited unexpectedly/);
      expect(childrenOf(carillon)).toHaveLength(2);
      expect(childrenOf(carillon).filter((pid) => before.includes(pid))).toEqual([]);
    });
  });

  it('end at once when a second SIGTERM shows that nobody waits any longer', async () => {
    const carillon = await CarillonProcess.start({ WEB_CONCURRENCY: '2', LOG_LEVEL: 'info' });
    const children = childrenOf(carillon);
    await SlowRequest.begin(carillon.port);
    carillon.signal('SIGTERM');
    await sleep(600);
    carillon.signal('SIGTERM');
    expect(await carillon.exited).toBe(1);
    await until(() => !children.some(isAlive));
    expect(children.filter(isAlive)).toEqual([]);
    rmSync(carillon.folder, { recursive: true });
  });

  it('try again until a process can be started, and end in order meanwhile', async () => {
    const settings = { WEB_CONCURRENCY: '2', LOG_LEVEL: 'info' };
    const carillon = await CarillonProcess.start(settings);
    const limitDescriptors = (limit: number) =>
      execFileSync('prlimit', ['--pid', `${carillon.pid}`, `--nofile=${limit}:1024`]);
    const startsFail = async () => {
      limitDescriptors(10);
      process.kill(childrenOf(carillon)[0]!, 'SIGKILL');
      await carillon.says('No process can be started: spawn');
    };
    await startsFail();
    limitDescriptors(1024);
    await until(() => childrenOf(carillon).length === 2);
    expect(childrenOf(carillon)).toHaveLength(2);

    await startsFail();
    carillon.signal('SIGTERM');
    expect(await carillon.exited).toBe(0);
    rmSync(carillon.folder, { recursive: true });
  });

  it('replace one that does not get as far as to listen, and do not wait for it on SIGHUP', async () => {
    const settings = { WEB_CONCURRENCY: '2', LOG_LEVEL: 'info', WEB_START_TIMEOUT: '6s' };
    const carillon = await CarillonProcess.start(settings);
    const before = childrenOf(carillon);
    const [survivor] = before;
    process.kill(before[1]!, 'SIGKILL');
    const newOnes = () => childrenOf(carillon).filter((pid) => !before.includes(pid));
    await until(() => newOnes().length === 1);
    carillon.signal('SIGHUP');
    await until(() => newOnes().length === 2);
    const hanging = newOnes();
    for (const pid of hanging) process.kill(pid, 'SIGSTOP');

    await carillon.says('the others stay');
    for (const pid of hanging) await carillon.says(`Process ${pid} does not listen`);
    await until(() => newOnes().length === 1 && !hanging.includes(newOnes()[0]!));
    expect(childrenOf(carillon)).toEqual([survivor, ...newOnes()]);
    expect(newOnes()).toHaveLength(1);
    await createUser(carillon.url, 'Still', 'SERVED');
    carillon.signal('SIGTERM');
    expect(await carillon.exited).toBe(0);
    rmSync(carillon.folder, { recursive: true });
  });

  it('keep the epoch when a new one meets a WAL that was emptied just now', async () => {
    const carillon = await CarillonProcess.start({ WEB_CONCURRENCY: '2' });
    const { url, folder } = carillon;
    const cursorOf = async () => (await fetch(`${url}/api/users`)).headers.get('Last-Event-ID');
    await createUser(url, 'In', 'TheWal');
    const cursor = await cursorOf();
    const file = `sqlite:${folder}/data/carillon.db`;
    await runAsOtherProgram(file, 'PRAGMA wal_checkpoint(TRUNCATE)');
    carillon.signal('SIGHUP');
    await carillon.says('All processes were replaced');
    expect(await cursorOf()).toBe(cursor);
    await carillon.stop();
    rmSync(folder, { recursive: true });
  });

  it('start at once on one file that is not there yet', async () => {
    const folder = temporaryFolder();
    const settings = { DATABASE_URL: `sqlite:${folder}/new.db` };
    const all = await Promise.all([1, 2, 3].map(() => CarillonProcess.start(settings)));
    for (const { url } of all) await createUser(url, 'From', 'Each');
    expect(await listUsers(all[0]!.url)).toHaveLength(3);
    for (const one of all) await one.kill();
    for (const path of [folder, ...all.map((one) => one.folder)]) rmSync(path, { recursive: true });
  });

  it('wait for each other without holding up what else they do', async () => {
    const [sqlite] = ENGINES;
    const engine = await sqlite!.start();
    const url = await engine.createDatabase();
    const [one, other] = [await openLog(url), await openLog(url)];
    let turns = 0;
    const long = one.work.run(async (tx) => {
      tx.record(fact('first'));
      await sleep(300);
    });
    await sleep(50);
    const counting = setInterval(() => turns++, 5);
    await Promise.all([long, other.work.run(async (tx) => tx.record(fact('second')))]);
    clearInterval(counting);
    expect(turns).toBeGreaterThan(20);
    expect((await one.log.read(0, 10, 10)).map(({ data }) => data)).toEqual([
      '{"value":"first"}',
      '{"value":"second"}',
    ]);
    await one.close();
    await other.close();
    await engine.stop();
  });
});

const childrenOf = ({ pid }: CarillonProcess): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

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
      } catch (error) {
        this.failures.push(error);
      }
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
