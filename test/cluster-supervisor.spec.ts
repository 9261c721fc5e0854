import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { ENGINES } from './support/engines.js';
import { temporaryFolder } from './support/files.js';
import { anEvent } from './support/log.js';
import { openLog } from './support/server-log.js';
import { runAsOtherProgram } from './support/other-program.js';
import { isAlive, killIfAlive, workersOf } from './support/pids.js';
import { CarillonProcess } from './support/process.js';
import { createUser, listUsers } from './support/requests.js';
import { SlowRequest } from './support/slow-request.js';
import { throughout, until } from './support/wait.js';

/** As a terminal or a process manager does that signals a whole group. */
const signalAll = (carillon: CarillonProcess, signal: NodeJS.Signals) => {
  for (const pid of [...workersOf(carillon), carillon.pid]) process.kill(pid, signal);
};

const limitDescriptors = ({ pid }: CarillonProcess, limit: number) =>
  execFileSync('prlimit', ['--pid', `${pid}`, `--nofile=${limit}:1024`]);

/** Kills a process that the supervisor cannot replace, because it cannot open another file. */
const killWhereNoneCanStart = async (carillon: CarillonProcess, victim: number) => {
  limitDescriptors(carillon, 10);
  process.kill(victim, 'SIGKILL');
  await carillon.says('Cannot start a process: spawn');
};

describe('several processes', () => {
  it('exit with one line and code 1 when the port is in use', async () => {
    const other: Server = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(CarillonProcess.start({ WEB_CONCURRENCY: '2' }, port)).rejects.toThrow(
      'another program listens on this port',
    );
    other.close();
  });

  it('shut down gracefully even if one of them hangs and another one cannot be started', async () => {
    const settings = { WEB_CONCURRENCY: '2', LOG_LEVEL: 'info', WEB_STOP_TIMEOUT: '1s' };
    const carillon = await CarillonProcess.start(settings);
    const [hanging] = workersOf(carillon);
    process.kill(hanging!, 'SIGSTOP');
    await killWhereNoneCanStart(carillon, workersOf(carillon)[1]!);
    carillon.signal('SIGTERM');
    expect(await carillon.exited).toBe(0);
    expect(isAlive(hanging!)).toBe(false);
    rmSync(carillon.folder, { recursive: true, force: true });
  });

  describe('that go on from test to test', () => {
    let carillon: CarillonProcess;
    beforeAll(async () => {
      const settings = { WEB_CONCURRENCY: '2', LOG_LEVEL: 'info', WEB_START_TIMEOUT: '6s' };
      carillon = await CarillonProcess.start(settings);
    });
    beforeEach(async () => {
      await until(() => workersOf(carillon).length === 2);
      carillon.output = '';
    });
    afterAll(async () => {
      // A process that a failed test left stopped would keep the pipe of the supervisor open.
      if (carillon.isRunning) workersOf(carillon).forEach(killIfAlive);
      await carillon.kill();
      rmSync(carillon.folder, { recursive: true });
    });

    it('restart once on a SIGHUP that reaches all of them, and keep the epoch where the WAL was just emptied', async () => {
      const { url, folder } = carillon;
      const cursorOf = async () => (await fetch(`${url}/api/users`)).headers.get('Last-Event-ID');
      await createUser(url, 'In', 'TheWal');
      const cursor = await cursorOf();
      const before = workersOf(carillon);
      const file = `sqlite:${folder}/data/carillon.db`;
      await runAsOtherProgram(file, 'PRAGMA wal_checkpoint(TRUNCATE)');
      signalAll(carillon, 'SIGHUP');
      await carillon.says('Replaced all processes');
      expect(carillon.output).not.toMatch(/exited unexpectedly/);
      expect(workersOf(carillon)).toHaveLength(2);
      expect(workersOf(carillon).filter((pid) => before.includes(pid))).toEqual([]);
      expect(await cursorOf()).toBe(cursor);
    });

    it('replace a process that does not start to listen, and do not wait for it on SIGHUP', async () => {
      const before = workersOf(carillon);
      const [survivor] = before;
      process.kill(before[1]!, 'SIGKILL');
      const newOnes = () => workersOf(carillon).filter((pid) => !before.includes(pid));
      const stopLast = async (count: number) => {
        await until(() => newOnes().length === count);
        process.kill(newOnes().at(-1)!, 'SIGSTOP');
      };
      await stopLast(1);
      carillon.signal('SIGHUP');
      await stopLast(2);
      const hanging = newOnes();

      await carillon.says('the others keep running');
      for (const pid of hanging) await carillon.says(`Process ${pid} did not start to listen`);
      await until(() => newOnes().length === 1 && !hanging.includes(newOnes()[0]!));
      expect(workersOf(carillon)).toEqual([survivor, ...newOnes()]);
      expect(newOnes()).toHaveLength(1);
      await createUser(carillon.url, 'Still', 'SERVED');
    });

    it('retry until a process can be started', async () => {
      await killWhereNoneCanStart(carillon, workersOf(carillon)[0]!);
      limitDescriptors(carillon, 1024);
      await until(() => workersOf(carillon).length === 2);
      expect(workersOf(carillon)).toHaveLength(2);
    });

    it('exit when their supervisor is killed', async () => {
      const orphans = workersOf(carillon);
      await carillon.kill();
      await until(() => !orphans.some(isAlive));
      expect(orphans.filter(isAlive)).toEqual([]);
    });
  });

  it('finish requests in flight on SIGTERM, which reaches them more than once', async () => {
    const carillon = await CarillonProcess.start({ WEB_CONCURRENCY: '2', LOG_LEVEL: 'info' });
    const requests = await Promise.all([1, 2, 3, 4].map(() => SlowRequest.begin(carillon.port)));
    signalAll(carillon, 'SIGTERM');
    signalAll(carillon, 'SIGTERM');
    await carillon.says('Shutting down');
    for (const pid of workersOf(carillon)) process.kill(pid, 'SIGTERM');
    for (const request of requests)
      expect(await request.finish()).toMatch(/^HTTP\/1\.1 201 Created/);
    expect(await carillon.exited).toBe(0);
    rmSync(carillon.folder, { recursive: true });
  });

  it('exit immediately on a second SIGTERM', async () => {
    const carillon = await CarillonProcess.start({ WEB_CONCURRENCY: '2', LOG_LEVEL: 'info' });
    const children = workersOf(carillon);
    await SlowRequest.begin(carillon.port);
    carillon.signal('SIGTERM');
    await throughout(600, () => carillon.isRunning);
    carillon.signal('SIGTERM');
    expect(await carillon.exited).toBe(1);
    await until(() => !children.some(isAlive));
    expect(children.filter(isAlive)).toEqual([]);
    rmSync(carillon.folder, { recursive: true });
  });

  it('start at the same time on a database file that does not exist yet', async () => {
    const folder = temporaryFolder();
    const settings = { DATABASE_URL: `sqlite:${folder}/new.db` };
    const all = await Promise.all([1, 2].map(() => CarillonProcess.start(settings)));
    for (const { url } of all) await createUser(url, 'From', 'Each');
    expect(await listUsers(all[0]!.url)).toHaveLength(2);
    for (const one of all) await one.kill();
    for (const path of [folder, ...all.map((one) => one.folder)]) rmSync(path, { recursive: true });
  });

  it('wait for the write lock of each other without blocking the event loop', async () => {
    const [sqlite] = ENGINES;
    const engine = await sqlite!.start();
    const url = await engine.createDatabase();
    const [one, other] = [await openLog(url), await openLog(url)];
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const long = one.work.run(async (tx) => {
      tx.record(anEvent('first'));
      begun.resolve();
      await finish.promise;
    });
    await begun.promise;
    const second = other.work.run(async (tx) => tx.record(anEvent('second')));
    // The event loop goes round, and the other process reads, while the second command waits.
    for (let n = 0; n < 20; n++) expect((await other.log.state()).head).toBe(0);
    finish.resolve();
    await Promise.all([long, second]);
    expect((await one.log.read(0, 10, 10)).map(({ data }) => data)).toEqual([
      '{"value":"first"}',
      '{"value":"second"}',
    ]);
    await one.close();
    await other.close();
    await engine.stop();
  });
});
