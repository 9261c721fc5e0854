import { Logger } from '@nestjs/common';
import pg from 'pg';
import { jest } from '@jest/globals';
import { type NotifyElsewhere, PostgresNotifier } from '../src/postgres/postgres-notifier.js';
import { PostgresServer } from '../../../test/support/postgres.js';
import { Relay } from '../../../test/support/relay.js';
import { throughout, until } from '../../../test/support/wait.js';

describe('the commit notifications of PostgreSQL', () => {
  let server: PostgresServer;
  let url: string;
  let admin: pg.Client;
  let notifiers: PostgresNotifier[];
  let warnings: string[];

  const elsewhere: NotifyElsewhere = (notify, values) => admin.query(notify, values);
  const open = (connectionString = url, notifyElsewhere = elsewhere) => {
    const notifier = new PostgresNotifier({ connectionString }, notifyElsewhere, 'carillon', 1000);
    notifiers.push(notifier);
    const received = { commits: 0, messages: [] as string[] };
    notifier.commits.subscribe(() => received.commits++);
    notifier.messages.subscribe((message) => received.messages.push(message));
    notifier.start();
    return { notifier, received };
  };
  /** It reports one commit when it begins to listen. */
  const listening = (...all: ReturnType<typeof open>[]) =>
    until(() => all.every(({ received }) => received.commits > 0));

  beforeAll(async () => {
    server = await PostgresServer.start();
    url = await server.createDatabase();
    admin = new pg.Client(url);
    await admin.connect();
  });
  beforeEach(() => {
    notifiers = [];
    warnings = [];
    jest
      .spyOn(Logger.prototype, 'warn')
      .mockImplementation((warning: unknown) => void warnings.push(String(warning)));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(notifiers.map((notifier) => notifier.close()));
  });
  afterAll(async () => {
    await admin.end();
    await server.stop();
  });

  it('reach every process but the one that they come from', async () => {
    const [one, other] = [open(), open()];
    await listening(one, other);
    one.notifier.notify();
    one.notifier.send('from one');
    other.notifier.send('from other');
    await until(() => other.received.commits > 1);
    await until(() => [one, other].every(({ received }) => received.messages.length > 0));
    expect(one.received).toEqual({ commits: 1, messages: ['from other'] });
    expect(other.received).toEqual({ commits: 2, messages: ['from one'] });
  });

  it('come from any program, whatever it says', async () => {
    const { received } = open();
    await until(() => received.commits > 0);
    for (const payload of ['', 'anything', '[]'])
      for (const channel of ['carillon', 'carillon_messages', 'carillon_probes'])
        await admin.query('select pg_notify($1, $2)', [channel, payload]);
    await until(() => received.commits === 4);
    expect(received).toEqual({ commits: 4, messages: [] });
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
    one.notifier.notify();
    await until(() => warnings.length > 0);
    await admin.query('grant execute on function pg_notify(text, text) to public');
    await until(() => one.received.commits > 1);

    relay.sockets[0]!.end();
    relay.holdsEnds = false;
    await until(() => relay.open === 1);
    one.notifier.send('on the new connection');
    await until(() => other.received.messages.length > 0);
    expect(other.received.messages).toEqual(['on the new connection']);
    expect(relay.sockets).toHaveLength(2);
    expect(warnings).toEqual([expect.stringContaining('The LISTEN connection was lost')]);
    await one.notifier.close();
    await until(() => relay.open === 0);
    expect(relay.open).toBe(0);
    relay.stop();
  });

  it('leave no connection when they are closed while one is being opened', async () => {
    const relay = await Relay.start(server.port);
    const { notifier } = open(relay.through(url));
    await until(() => relay.open === 1);
    await notifier.close();
    await until(() => relay.open === 0);
    expect([relay.open, relay.sockets.length]).toEqual([0, 1]);
    expect(warnings).toEqual([]);
    relay.stop();
  });

  it('do not keep a process that closes them from ending when the network is gone', async () => {
    const relay = await Relay.start(server.port);
    const { notifier, received } = open(relay.through(url));
    await until(() => received.commits > 0);
    relay.holdsEnds = true;
    await expect(notifier.close()).resolves.toBeUndefined();
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
    await until(() => lost.received.commits > 1);
    const missed = () => warnings.filter((warning) => warning.includes('pool_mode = session'));
    await throughout(1200, () => missed().length === 1);
  });
});
