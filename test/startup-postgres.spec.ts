import { rmSync } from 'node:fs';
import { temporaryFolder } from './support/application.js';
import { runAsOtherProgram } from './support/other-program.js';
import { PostgresServer } from './support/postgres.js';
import { CarillonProcess, refusal as refusalOf } from './support/process.js';
import { createUser } from './support/requests.js';

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
});
