import { Logger } from '@nestjs/common';
import pg from 'pg';
import { jest } from '@jest/globals';
import { type NotifyElsewhere, PostgresBell } from '../src/database/postgres-bell.js';
import { until } from './support/hopper.js';
import { PostgresServer } from './support/postgres.js';
import { Relay } from './support/relay.js';

describe('the commit notifications of PostgreSQL', () => {
  let server: PostgresServer;
  let url: string;
  let admin: pg.Client;
  let bells: PostgresBell[];
  let warnings: string[];

  const elsewhere: NotifyElsewhere = (notify, values) => admin.query(notify, values);
  const open = (connectionString = url, notifyElsewhere = elsewhere) => {
    const bell = new PostgresBell({ connectionString }, notifyElsewhere, 1000);
    bells.push(bell);
    const heard = { rings: 0, messages: [] as string[] };
    bell.rings.subscribe(() => heard.rings++);
    bell.messages.subscribe((message) => heard.messages.push(message));
    bell.start();
    return { bell, heard };
  };
  /** It rings once by itself when it begins to listen. */
  const listening = (...all: ReturnType<typeof open>[]) =>
    until(() => all.every(({ heard }) => heard.rings > 0));

  beforeAll(async () => {
    server = await PostgresServer.start();
    url = await server.createDatabase();
    admin = new pg.Client(url);
    await admin.connect();
  });
  beforeEach(() => {
    bells = [];
    warnings = [];
    jest
      .spyOn(Logger.prototype, 'warn')
      .mockImplementation((warning: unknown) => void warnings.push(String(warning)));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(bells.map((bell) => bell.close()));
  });
  afterAll(async () => {
    await admin.end();
    await server.stop();
  });

  it('reach every process but the one that they come from', async () => {
    const [one, other] = [open(), open()];
    await listening(one, other);
    one.bell.ring();
    one.bell.send('from one');
    other.bell.send('from other');
    await until(() => other.heard.rings > 1 && one.heard.messages.length > 0);
    expect(one.heard).toEqual({ rings: 1, messages: ['from other'] });
    expect(other.heard).toEqual({ rings: 2, messages: ['from one'] });
  });

  it('come from any program, whatever it says', async () => {
    const { heard } = open();
    await until(() => heard.rings > 0);
    for (const payload of ['', 'anything', '[]'])
      for (const channel of ['carillon', 'carillon_messages', 'carillon_probes'])
        await admin.query('select pg_notify($1, $2)', [channel, payload]);
    await until(() => heard.rings === 4);
    expect(heard).toEqual({ rings: 4, messages: [] });
  });

  it('go on over a new connection when the one before it ends late', async () => {
    const relay = await Relay.start(server.port);
    await admin.query(`create role notifier login password 'p'`);
    const role = url.replace('carillon:secret', 'notifier:p');
    const [one, other] = [open(relay.through(role)), open()];
    await listening(one, other);
    // A statement that fails leaves a connection that is ended in order, and that the server has to close.
    relay.holdsEnds = true;
    await admin.query('revoke execute on function pg_notify(text, text) from public');
    one.bell.ring();
    await until(() => warnings.length > 0);
    await admin.query('grant execute on function pg_notify(text, text) to public');
    await until(() => one.heard.rings > 1);

    relay.sockets[0]!.end();
    relay.holdsEnds = false;
    await until(() => relay.open === 1);
    one.bell.send('on the new connection');
    await until(() => other.heard.messages.length > 0);
    expect(other.heard.messages).toEqual(['on the new connection']);
    expect(relay.sockets).toHaveLength(2);
    expect(warnings).toEqual([expect.stringContaining('LISTEN was cut')]);
    await one.bell.close();
    await until(() => relay.open === 0);
    expect(relay.open).toBe(0);
    relay.stop();
  });

  it('leave no connection when they are closed while one is being opened', async () => {
    const relay = await Relay.start(server.port);
    const { bell } = open(relay.through(url));
    await until(() => relay.open === 1);
    await bell.close();
    await until(() => relay.open === 0);
    expect([relay.open, relay.sockets.length]).toEqual([0, 1]);
    expect(warnings).toEqual([]);
    relay.stop();
  });

  it('do not keep a process that closes them from ending when the network is gone', async () => {
    const relay = await Relay.start(server.port);
    const { bell, heard } = open(relay.through(url));
    await until(() => heard.rings > 0);
    relay.holdsEnds = true;
    await expect(bell.close()).resolves.toBeUndefined();
    relay.stop();
  });

  it('are missed with one warning where they do not arrive', async () => {
    // As over PgBouncer with pool_mode = transaction: LISTEN succeeds, and nothing comes.
    const lost = open(url, () => Promise.resolve());
    const failed = open(url, () => Promise.reject(new Error('away')));
    const well = open();
    await listening(lost, failed, well);
    await until(() => warnings.length > 0);
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%'`,
    );
    await until(() => lost.heard.rings > 1);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(warnings.filter((warning) => warning.includes('pool_mode = session'))).toHaveLength(1);
  });
});
