import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../src/database/migrations.js';
import { openPostgres } from '../src/database/postgres.js';
import { StartupError } from '../src/startup-error.js';
import { temporaryFolder } from './support/application.js';
import { runAsOtherProgram } from './support/other-program.js';
import { PostgresServer } from './support/postgres.js';
import { CarillonProcess, refusal as refusalOf } from './support/process.js';
import { createUser } from './support/requests.js';

/** Timeouts of requests that a start or a copy exceeds. */
const SHORT = { connect: 3000, statement: 100, answer: 200 };

describe('the start on PostgreSQL', () => {
  const folder = temporaryFolder();
  let server: PostgresServer;
  let url: string;

  const refusal = (DATABASE_URL: string) => refusalOf({ DATABASE_URL }, folder);
  const asOwner = (statement: string) => runAsOtherProgram(url, statement);
  const startAndUse = async (DATABASE_URL: string) => {
    const carillon = await CarillonProcess.start({ DATABASE_URL }, undefined, folder);
    await createUser(carillon.url, 'Any', 'ONE');
    await carillon.stop();
    return carillon;
  };
  const as = (user: string, password = 'p') => {
    const other = new URL(url);
    [other.username, other.password] = [user, password];
    return other.href;
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

  it('says in one line what to grant to a role that may not make tables, and that is enough', async () => {
    const grant = 'GRANT USAGE, CREATE ON SCHEMA public TO "some-one"';
    const line = await refusal(as('some-one'));
    expect(line).toMatch(/^The role "some-one" may not bring the database up to date: /);
    expect(line.endsWith(grant)).toBe(true);
    await asOwner('REVOKE ALL ON SCHEMA public FROM public');
    expect((await refusal(as('some-one'))).endsWith(grant)).toBe(true);
    await asOwner(grant);
    await startAndUse(as('some-one'));
  });

  it('says in one line what to grant to a role that may not use the tables, and that is enough', async () => {
    await startAndUse(url);
    const grant =
      'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "some-one"';
    for (const first of ['SELECT 1', 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO "some-one"']) {
      await asOwner(first);
      const line = await refusal(as('some-one'));
      expect(line).toMatch(/^The role "some-one" may not read and write .*\bevent_log\b/);
      expect(line.endsWith(grant)).toBe(true);
    }
    await asOwner(grant);
    await startAndUse(as('some-one'));
  });

  it.each(['disable', 'prefer'])('takes sslmode=%s where the server has no TLS', async (mode) => {
    const { errors } = await startAndUse(`${url}?sslmode=${mode}`);
    expect(errors).toBe('');
  });

  it('says in one line which sslmode there are, and which one the server is not up to', async () => {
    const modes = 'disable, prefer, require, verify-ca, verify-full';
    const unknown = await refusal(`${url}?sslmode=verify_full`);
    expect(unknown).toMatch(new RegExp(`sslmode is "verify_full"; it must be one of ${modes}.$`));
    expect(await refusal(`${url}?sslmode=verify-ca`)).toMatch(/needs sslrootcert/);
    expect(await refusal(`${url}?sslmode=require`)).toMatch(/does not support SSL/);
  });

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
  ])('tells nothing of the password of %s', async (unusable) => {
    const line = await refusal(unusable);
    expect(line).toMatch(/^DATABASE_URL /);
    expect(line).not.toMatch(/hid|den/);
  });

  it('says what to do where a password is not percent-encoded, and takes one that is', async () => {
    const password = 'a@b/c#d?e:f%g';
    expect(await refusal(url.replace('secret', password))).toMatch(/percent-encoded, such as %40/);
    await asOwner(`create role special superuser login password '${password}'`);
    const special = url.replace('carillon:secret', `special:${encodeURIComponent(password)}`);
    await startAndUse(special);
    await startAndUse(special.replace(/@.*\//, `@/`).concat(`?host=127.0.0.1&port=${server.port}`));
  });

  it('changes a database for longer than a request may take', async () => {
    await asOwner(
      `create function slow() returns event_trigger language plpgsql as $$ begin perform pg_sleep(0.4); end $$`,
    );
    await asOwner(
      `create event trigger slow on ddl_command_end when tag in ('CREATE FUNCTION') execute function slow()`,
    );
    const engine = await openPostgres(url, 2, SHORT);
    await migrate(engine);
    await engine.close();
    await asOwner('drop event trigger slow');
    await startAndUse(url);
  });

  it('says in one line that another connection holds a lock, and does not wait for ever', async () => {
    await startAndUse(url);
    const other = new pg.Client(url);
    await other.connect();
    await other.query('begin; lock table kysely_migration in access exclusive mode');
    const engine = await openPostgres(url, 2, SHORT);
    const refused = await migrate(engine, 300).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StartupError);
    expect((refused as Error).message).toMatch(/^Another connection has held a lock .* for 0.3 s/);
    await other.end();
    await migrate(engine, 300);
    await engine.close();
  });

  it('refuses a database whose encoding is not UTF-8, and says how to make one', async () => {
    await asOwner(`create database ascii encoding 'SQL_ASCII' template template0`);
    expect(await refusal(server.urlOf('ascii'))).toMatch(/SQL_ASCII.*--encoding=UTF8/);
  });

  it('says in one line that an empty database is read-only, and takes one that has its tables', async () => {
    const readOnly = (value: string) =>
      asOwner(
        `alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = ${value}`,
      );
    await readOnly('on');
    expect(await refusal(url)).toMatch(/^The database is read-only, as a standby is,/);
    await asOwner(`set default_transaction_read_only = off;
      alter database ${new URL(url).pathname.slice(1)} reset default_transaction_read_only`);
    await startAndUse(url);
    await readOnly('on');
    const reader = await CarillonProcess.start({ DATABASE_URL: url }, undefined, folder);
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

    it.each(['prefer', 'require'])('takes any certificate for sslmode=%s', async (mode) => {
      const { errors } = await startAndUse(`${url}?sslmode=${mode}`);
      expect(errors).toBe('');
    });

    it('takes that of the CA for verify-ca, and that of the host alone for verify-full', async () => {
      const ca = `&sslrootcert=${join(server.data, 'server.crt')}`;
      const { errors } = await startAndUse(`${url}?sslmode=verify-ca${ca}`);
      expect(errors).toBe('');
      expect(await refusal(`${url}?sslmode=verify-full`)).toMatch(/self-signed certificate/);
      expect(await refusal(`${url}?sslmode=verify-full${ca}`)).toMatch(/does not match/);
    });
  });
});
