import { StartupError } from '@carillon/nestjs';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { features } from '../src/app.module.js';
import { openServerDatabase } from '../src/server-database.js';
import { refusedStart, startApplication } from './support/application.js';
import { temporaryFolder } from './support/files.js';
import { runAsOtherProgram } from './support/other-program.js';
import { PostgresServer } from './support/postgres.js';
import { CarillonProcess } from './support/process.js';
import { createUser } from './support/requests.js';
import { migrate } from '../packages/nestjs/src/database/migrations.js';
import { openPostgres } from '../packages/nestjs/src/postgres/open-postgres.js';

/** Timeouts of requests that a start or a copy exceeds. */
const SHORT = { connect: 3000, statement: 100, answer: 200 };

describe('the error of a URL that cannot be used', () => {
  it.each([
    'postgres://me:hid@den@127.0.0.1:1/db',
    'postgres://me:hid/den@127.0.0.1:1/db',
    'postgres://me:hid#den@127.0.0.1:1/db',
    'postgres://me:hid?den@127.0.0.1:1/db',
    'postgres://me:hid%den@127.0.0.1:1/db',
    'postgres://me:1/hidden@127.0.0.1:1/db',
    'postgres://me:1#hidden@127.0.0.1:1/db',
    'postgres://me:1?hidden@127.0.0.1:1/db',
    'postgres://me:hid%23den@127.0.0.1:1/db',
    'postgres://127.0.0.1:1/db?user=me&password=hidden',
    'postgres://127.0.0.1:1/db?password=hid@den',
    'postgres://me:hidden@no-such-host.invalid/db',
    'postgres://me:hidden@127.0.0.1:1/db?sslmode=hm',
    'postgres:/me:hidden@127.0.0.1/db',
    'mysql://me:hid:den@127.0.0.1/db',
  ])('reveals nothing of the password of %s', async (unusable) => {
    const line = await refusedStart({ DATABASE_URL: unusable });
    expect(line).toMatch(/^DATABASE_URL /);
    expect(line).not.toMatch(/hid|den/);
  });
});

describe('the start on PostgreSQL', () => {
  const folder = temporaryFolder();
  let server: PostgresServer;
  let url: string;

  const refusal = (DATABASE_URL: string) => refusedStart({ DATABASE_URL });
  const asOwner = (statement: string) => runAsOtherProgram(url, statement);
  const startAndUse = async (DATABASE_URL: string) => {
    const application = await startApplication({ DATABASE_URL });
    await createUser(application.url, 'Any', 'ONE');
    await application.stop();
  };
  /** What a process of its own writes to stderr, the driver's warnings included. */
  const errorsOf = async (DATABASE_URL: string) => {
    const carillon = await CarillonProcess.start({ DATABASE_URL }, undefined, folder);
    await createUser(carillon.url, 'Any', 'ONE');
    await carillon.stop();
    return carillon.errors;
  };
  const as = (user: string, password = 'p') => {
    const other = new URL(url);
    [other.username, other.password] = [user, password];
    return other.href;
  };

  /** The schemas that contain a table. */
  const tablesNamed = async (name: string) => {
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query<{ schemaname: string }>(
      'SELECT schemaname FROM pg_tables WHERE tablename = $1',
      [name],
    );
    await client.end();
    return rows.map(({ schemaname }) => schemaname);
  };

  beforeAll(async () => {
    server = await PostgresServer.start();
    url = await server.createDatabase();
    await asOwner(`create role "some-one" login password 'p'`);
  });
  beforeEach(async () => {
    url = await server.createDatabase();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says in one line which privileges a role needs to create tables, and they are sufficient', async () => {
    const create = 'CREATE SCHEMA carillon AUTHORIZATION "some-one"';
    const missing = await refusal(as('some-one'));
    expect(missing).toMatch(/^The schema carillon does not exist and cannot be created: /);
    expect(missing.endsWith(create)).toBe(true);
    await asOwner('CREATE SCHEMA carillon');
    const grant = 'GRANT USAGE, CREATE ON SCHEMA carillon TO "some-one"';
    await asOwner('GRANT USAGE ON SCHEMA carillon TO "some-one"');
    const line = await refusal(as('some-one'));
    expect(line).toMatch(/^The role "some-one" is not allowed to migrate the database: /);
    expect(line.endsWith(grant)).toBe(true);
    await asOwner(grant);
    await startAndUse(as('some-one'));
  });

  it('says in one line which privileges a role needs to use the tables, and they are sufficient', async () => {
    await startAndUse(url);
    const grant =
      'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA carillon TO "some-one"';
    const select = 'GRANT SELECT ON ALL TABLES IN SCHEMA carillon TO "some-one"';
    await asOwner('GRANT USAGE ON SCHEMA carillon TO "some-one"');
    for (const first of ['SELECT 1', select]) {
      await asOwner(first);
      const line = await refusal(as('some-one'));
      expect(line).toMatch(/^The role "some-one" is not allowed to read and write .*\bevent_log\b/);
      expect(line.endsWith(grant)).toBe(true);
    }
    await asOwner(grant);
    await startAndUse(as('some-one'));
  });

  it('shares a database with tables of another application that have the same names', async () => {
    await asOwner('alter role carillon reset search_path');
    await asOwner(`create table public.users (id int); create table public.events (id int)`);
    await startAndUse(url);
    expect(await tablesNamed('event_log')).toEqual(['carillon']);
    await asOwner('insert into public.users values (1); insert into public.events values (1)');
    await startAndUse(url);
    await asOwner('alter role carillon set search_path = carillon, public');
  });

  it('keeps its tables, and those of its commands, in the schema that DATABASE_SCHEMA names', async () => {
    const settings = { DATABASE_URL: url, DATABASE_SCHEMA: 'bells' };
    const carillon = await CarillonProcess.start(settings, undefined, folder);
    await carillon.stop();
    await (await openServerDatabase(settings)).close();
    expect(await tablesNamed('event_log')).toEqual(['bells']);
  });

  it.each(['disable', 'prefer'])('accepts sslmode=%s if the server has no TLS', async (mode) => {
    expect(await errorsOf(`${url}?sslmode=${mode}`)).toBe('');
  });

  it('says in one line which values of sslmode exist, and which one the server does not support', async () => {
    const modes = 'disable, prefer, require, verify-ca, verify-full';
    const unknown = await refusal(`${url}?sslmode=verify_full`);
    expect(unknown).toMatch(new RegExp(`sslmode is "verify_full"; it must be one of ${modes}.$`));
    expect(await refusal(`${url}?sslmode=verify-ca`)).toMatch(/needs sslrootcert/);
    expect(await refusal(`${url}?sslmode=require`)).toMatch(/does not support SSL/);
  });

  it('says what to do if a password is not percent-encoded, and accepts one that is', async () => {
    const password = 'a@b/c#d?e:f%g';
    expect(await refusal(url.replace('secret', password))).toMatch(
      /Percent-encode special characters.*%40 for @/,
    );
    await asOwner(`create role special superuser login password '${password}'`);
    const special = url.replace('carillon:secret', `special:${encodeURIComponent(password)}`);
    await startAndUse(special);
    await startAndUse(special.replace(/@.*\//, `@/`).concat(`?host=127.0.0.1&port=${server.port}`));
  });

  it('migrates a database for longer than the timeout of requests', async () => {
    // Only the first of some thirty functions is slow: the others show nothing more.
    await asOwner(`create sequence made;
      create function slow() returns event_trigger language plpgsql as
        $$ begin if nextval('public.made') = 1 then perform pg_sleep(0.4); end if; end $$`);
    await asOwner(
      `create event trigger slow on ddl_command_end when tag in ('CREATE FUNCTION') execute function slow()`,
    );
    const engine = await openPostgres(url, { connections: 2, timeouts: SHORT });
    await migrate(engine, features);
    await engine.close();
    await asOwner('drop event trigger slow');
    await startAndUse(url);
  });

  it('says in one line that another connection holds a lock, and does not wait forever', async () => {
    await startAndUse(url);
    const other = new pg.Client(url);
    await other.connect();
    await other.query('begin; lock table carillon_migrations in access exclusive mode');
    const engine = await openPostgres(url, { connections: 2, timeouts: SHORT });
    const refused = await migrate(engine, features, 300).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StartupError);
    expect((refused as Error).message).toMatch(/^Another connection has held a lock .* for 0.3 s/);
    await other.end();
    await migrate(engine, features, 300);
    await engine.close();
  });

  it('refuses a database whose encoding is not UTF-8, and says how to create one', async () => {
    await asOwner(`create database ascii encoding 'SQL_ASCII' template template0`);
    expect(await refusal(server.urlOf('ascii'))).toMatch(/SQL_ASCII.*--encoding=UTF8/);
  });

  it('says in one line that an empty database is read-only, and accepts one with all tables', async () => {
    const readOnly = (value: string) =>
      asOwner(
        `alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = ${value}`,
      );
    await readOnly('on');
    expect(await refusal(url)).toMatch(/^The database is read-only, like a standby,/);
    await asOwner(`set default_transaction_read_only = off;
      alter database ${new URL(url).pathname.slice(1)} reset default_transaction_read_only`);
    await startAndUse(url);
    await readOnly('on');
    const reader = await startApplication({ DATABASE_URL: url });
    expect((await fetch(`${reader.url}/api/users`)).status).toBe(200);
    await reader.stop();
  });

  const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
  (hasOpenssl ? describe : describe.skip)('with TLS', () => {
    beforeAll(async () => {
      // In the folder of its data, and as the user whom it runs as.
      await asOwner(
        `
        copy (select 1) to program 'openssl req -x509 -nodes -newkey rsa:2048 -days 2 -subj /CN=elsewhere
          -keyout server.key -out server.crt 2>&1 && chmod 600 server.key'`.replace(/\n\s+/g, ' '),
      );
      await asOwner(`alter system set ssl = 'on'`);
      await asOwner('select pg_reload_conf()');
    });

    it.each(['prefer', 'require'])('accepts any certificate with sslmode=%s', async (mode) => {
      expect(await errorsOf(`${url}?sslmode=${mode}`)).toBe('');
    });

    it('accepts a certificate of the CA with verify-ca, and only that of the host with verify-full', async () => {
      const ca = `&sslrootcert=${join(server.data, 'server.crt')}`;
      expect(await errorsOf(`${url}?sslmode=verify-ca${ca}`)).toBe('');
      expect(await refusal(`${url}?sslmode=verify-full`)).toMatch(/self-signed certificate/);
      expect(await refusal(`${url}?sslmode=verify-full${ca}`)).toMatch(/does not match/);
    });
  });
});
