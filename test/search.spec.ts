import { rmSync } from 'node:fs';
import pg from 'pg';
import type { Message } from '../src/rooms/room/message.js';
import { Reindexing } from '../src/rooms/messages/reindexing.js';
import type { Room } from '../src/rooms/room/room.js';
import { WORDS_VERSION } from '../src/words/words.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { openLog } from './support/server-log.js';
import { runAsOtherProgram } from './support/other-program.js';
import { Person } from './support/people.js';
import { CarillonProcess } from './support/process.js';
import { postsFiles, uploads } from './support/uploads.js';
import { SEARCH_CASES } from './support/search-cases.js';

/** How many messages are indexed by which definition of a word. */
async function versionsIn(url: string): Promise<Record<number, number>> {
  const { database, close } = await openLog(url);
  const rows = await database.read
    .selectFrom('messages')
    .select(({ fn }) => ['words_version', fn.countAll<number>().as('count')])
    .groupBy('words_version')
    .execute();
  await close();
  return Object.fromEntries(rows.map(({ words_version, count }) => [words_version, count]));
}

const found = async (person: Person, query: string) => {
  const path = `/api/messages?${new URLSearchParams({ q: query, limit: '200' }).toString()}`;
  return (await person.gets<Message[]>(path)).map(({ text }) => text);
};

describe.each(ENGINES)('search on $name', ({ name, start }) => {
  const SETTINGS = { SIGN_IN_ATTEMPTS: '0', SEARCHES_PER_MINUTE: '0' };
  let engine: EngineUnderTest;
  let url: string;
  let application: RunningApplication;
  let ada: Person;
  let room: Room;

  beforeAll(async () => {
    engine = await start();
    url = await engine.createDatabase();
    application = await startApplication({ DATABASE_URL: url, ...SETTINGS });
    ada = await Person.signUp(application.url, 'ada');
    room = await ada.makes('Babel');
    for (const text of new Set(SEARCH_CASES.map(([, said]) => said))) await ada.says(room, text);
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  it.each(SEARCH_CASES)('lets %j find %j: %j', async (query, text, isFound) => {
    expect((await found(ada, query)).includes(text)).toBe(isFound);
  });

  it('takes a query of 200 characters', async () => {
    const long = String.fromCodePoint(...Array.from({ length: 300 }, (_, n) => 0x4e00 + n));
    await ada.says(room, long);
    expect(await found(ada, long.slice(50, 250))).toEqual([long]);
    expect(await found(ada, `${long.slice(50, 249)}丁`)).toEqual([]);
    expect(await found(ada, 'xy '.repeat(66))).toEqual([]);
  });

  it('takes whatever fits into a message', async () => {
    const squares = String.fromCodePoint(...Array.from({ length: 88 }, (_, n) => 0x3300 + n));
    const others = Array.from({ length: 8000 - 88 }, (_, n) => squares[(n * n * 7) % 88]);
    await ada.says(room, squares + others.join(''));
    expect((await found(ada, '㌀㌁')).map((text) => text?.length)).toEqual([8000]);
  });

  it('finds messages by the names of their files, also together with a word of the text', async () => {
    const name = 'Brückenplan_v2.final.PDF';
    const { id } = await postsFiles(
      ada,
      room,
      [await uploads(ada, room, 'x', { name })],
      'the blueprint',
    );
    for (const query of ['bruckenplan', 'v2 pdf', 'blueprint final', name])
      expect(await found(ada, query)).toEqual(['the blueprint']);
    const message = `/api/rooms/${room.id}/messages/${id}`;
    await ada.does('PATCH', message, { text: 'the plan' });
    expect(await found(ada, 'bruckenplan')).toEqual(['the plan']);
    await runAsOtherProgram(
      url,
      `update messages set words = 'former', words_version = 0 where id = '${id}'`,
    );
    await application.app.get(Reindexing, { strict: false }).run();
    expect(await found(ada, 'bruckenplan')).toEqual(['the plan']);
    await ada.does('DELETE', message);
    expect(await found(ada, 'bruckenplan')).toEqual([]);
  });

  it('says what a query that is too short lacks', async () => {
    const refused = await ada.send('GET', '/api/messages?q=C%2B%2B');
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { errors: [{ field: 'q', detail: expect.stringContaining('two letters') as string }] },
    ]);
  });

  describe('of messages that an earlier version has indexed', () => {
    const reindexing = () => application.app.get(Reindexing, { strict: false });

    it('finds them once they are indexed again, and leaves those of a later version alone', async () => {
      const [old, later, gone] = [
        await ada.says(room, 'oldest ルイス'),
        await ada.says(room, 'latest ルイス'),
        await ada.says(room, 'deleted ルイス'),
      ];
      await ada.does('DELETE', `/api/rooms/${room.id}/messages/${gone.id}`);
      await runAsOtherProgram(
        url,
        `update messages set words = 'former', words_version = 0 where id in ('${old.id}', '${gone.id}');
        update messages set words = 'future', words_version = 1000 where id = '${later.id}';`,
      );
      expect(await found(ada, 'ルイス')).toEqual([]);
      await reindexing().run();
      expect(await found(ada, 'ルイス')).toEqual(['oldest ルイス']);
      expect([await found(ada, 'former'), await found(ada, 'future')]).toEqual([
        [],
        ['latest ルイス'],
      ]);
      expect(await versionsIn(url)).toMatchObject({ 1000: 1 });
      expect(await versionsIn(url)).not.toHaveProperty('0');
    });

    // SQLite has one transaction at a time.
    const onPostgres = name === 'PostgreSQL' ? it : it.skip;
    onPostgres('lets one node at a time index them', async () => {
      const { id } = await ada.says(room, 'alone');
      const outdated = `update messages set words = 'former', words_version = 0 where id = '${id}'`;
      await runAsOtherProgram(url, outdated);
      const node = new pg.Client(url);
      await node.connect();
      await node.query('begin');
      await node.query(`select from installation where name = 'key' for update`);
      await reindexing().run();
      expect(await found(ada, 'alone')).toEqual([]);
      await node.end();
      await reindexing().run();
      expect(await found(ada, 'alone')).toEqual(['alone']);
    });

    it('goes on after kill -9, to the end', async () => {
      const other = await engine.createDatabase();
      const settings = { DATABASE_URL: other, LOG_LEVEL: 'info', ...SETTINGS };
      const first = await startApplication({ ...settings, LOG_LEVEL: 'silent' });
      const bob = await Person.signUp(first.url, 'bob');
      await bob.says(await bob.makes('Old'), '私の誕生日');
      await first.stop();
      const COUNT = 300;
      await runAsOtherProgram(
        other,
        `with recursive counted (n) as (select 1 union all select n + 1 from counted where n < ${COUNT - 1})
        insert into messages (id, room_id, seq, author_id, client_id, text, mentions, words, words_version, created_at)
        select id || n, room_id, seq + n, author_id, client_id || n, text || ' x' || n, '[]', 'former', 0, created_at
        from messages, counted;
        update messages set words = 'former', words_version = 0;`,
      );

      const killed = await CarillonProcess.start(settings);
      await killed.says('Reindexing messages for search');
      await killed.kill();
      const halfway = await versionsIn(other);
      expect(halfway[0]).toBeGreaterThan(0);
      expect(halfway[WORDS_VERSION]).toBeGreaterThan(0);

      const last = await CarillonProcess.start(settings);
      await last.says(`Reindexed ${halfway[0]} messages for search.`);
      expect(await versionsIn(other)).toEqual({ [WORDS_VERSION]: COUNT });
      const again = bob.at(last.url);
      expect(await found(again, '誕生日 x77')).toContain('私の誕生日 x77');
      expect(await found(again, 'former')).toEqual([]);
      await last.kill();
      for (const { folder } of [killed, last]) rmSync(folder, { recursive: true, force: true });
    });
  });
});
