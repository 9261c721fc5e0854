import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventLog } from '../src/events/event-log.js';
import type { User } from '../src/users/user.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { ENGINES, type EngineUnderTest } from './support/engines.js';
import { listen } from './support/listener.js';
import { runAsOtherProgram } from './support/other-program.js';
import { createUser, listUsers } from './support/requests.js';

const DOCUMENT = join(import.meta.dirname, '..', 'docs', 'other-programs.md');

/** The SQL that the document shows for an engine. */
const documented = (engine: string): string => {
  const [, section] = readFileSync(DOCUMENT, 'utf8').split(`\n## ${engine}\n`);
  return /```sql\n(.*?)```/s.exec(section!)![1]!;
};

const ofLog = (application: RunningApplication) => {
  const log = application.app.get(EventLog, { strict: false });
  return Promise.all([log.state(), log.read(0, Number.MAX_SAFE_INTEGER, 1000)]);
};

describe.each(ENGINES)('another program that writes to $name', ({ name, start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let url: string;

  beforeAll(async () => {
    engine = await start();
    url = await engine.createDatabase();
    application = await startApplication({ DATABASE_URL: url });
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  it('is heard by every listener, and seen in the list, as the document shows', async () => {
    const listener = await listen(application.port, '/api/users/event');
    const ours = await createUser(application.url, 'Grace', 'HOPPER');
    await runAsOtherProgram(url, documented(name));
    await listener.until(({ events }) =>
      events.some(({ data }) => (data as User).firstname === 'Ada'),
    );
    const next = await createUser(application.url, 'Mary', 'JACKSON');
    await listener.hears(3, 'update');
    const told = listener.of('update');
    expect(told.map(({ data }) => (data as User).firstname)).toEqual(['Grace', 'Ada', 'Mary']);
    expect(told.map(({ id }) => Number(id!.split('-')[1]))).toEqual([1, 2, 3]);
    const users = await listUsers(application.url);
    expect(users.toSorted((a, b) => a.lastname.localeCompare(b.lastname))).toEqual([
      ours,
      next,
      told[1]!.data,
    ]);
    listener.socket.destroy();
  });

  it('is heard by nobody when it rolls back', async () => {
    const listener = await listen(application.port, '/api/users/event');
    const rolledBack = documented(name)
      .replaceAll('000000000001', '000000000002')
      .replace('COMMIT', 'ROLLBACK');
    await runAsOtherProgram(url, rolledBack);
    const user = await createUser(application.url, 'Only', 'ONE');
    await listener.hears(1, 'update');
    expect(listener.of('update').map(({ data }) => data)).toEqual([user]);
    listener.socket.destroy();
  });

  it('leaves no hole when its SELECT matches no row', async () => {
    const listener = await listen(application.port, '/api/users/event');
    const before = await ofLog(application);
    const [insert] = /INSERT INTO users .*?;\n/s.exec(documented(name))!;
    const ofNobody = documented(name)
      .replace(insert, '')
      .replaceAll('000000000001', '0000000000ff');
    await runAsOtherProgram(url, ofNobody);
    expect(await ofLog(application)).toEqual(before);
    const user = await createUser(application.url, 'Next', 'ONE');
    await listener.hears(1, 'update');
    expect(listener.of('update', 'reset').map(({ data }) => data)).toEqual([user]);
    listener.socket.destroy();
  });

  it('changes nothing when it is run a second time, and fails', async () => {
    const listener = await listen(application.port, '/api/users/event');
    const before = await ofLog(application);
    await expect(runAsOtherProgram(url, documented(name))).rejects.toThrow(/unique/i);
    expect(await ofLog(application)).toEqual(before);
    const user = await createUser(application.url, 'Still', 'WELL');
    await listener.hears(1, 'update');
    expect(listener.of('update', 'reset').map(({ data }) => data)).toEqual([user]);
    listener.socket.destroy();
  });
});
