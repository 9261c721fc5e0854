import pg from 'pg';
import type { Message } from '../src/rooms/room/message.js';
import { MAX_SAVED } from '../src/rooms/room/limits.js';
import type { Membership, ReadMarker, Room } from '../src/rooms/room/room.js';
import type { SavedMessage } from '../src/rooms/saved/saved-message.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { tablesIn } from './support/everything.js';
import { runAsOtherProgram } from './support/other-program.js';
import { Person } from './support/people.js';
import { problemCode } from './support/requests.js';
import { until } from './support/wait.js';

describe.each(ENGINES)('the rooms of a member on $name', ({ name, start }) => {
  let engine: EngineUnderTest;
  let database: string;
  let application: RunningApplication;
  let ada: Person;
  let bob: Person;
  let room: Room;

  beforeAll(async () => {
    engine = await start();
    database = await engine.createDatabase();
    application = await startApplication({ DATABASE_URL: database, SIGN_IN_ATTEMPTS: '0' });
    [ada, bob] = [
      await Person.signUp(application.url, 'ada'),
      await Person.signUp(application.url, 'bob'),
    ];
  });
  beforeEach(async () => {
    room = await ada.makes('Analysis');
    await bob.joins(room);
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const pathOf = (what: string, { id } = room) => `/api/rooms/${id}/${what}`;
  const membershipOf = async (who: Person, { id } = room) =>
    (await who.gets<Membership[]>('/api/me/rooms')).find((mine) => mine.room.id === id);
  const markerOf = async (who: Person) => {
    const { readSeq, unread, mentions } = (await membershipOf(who))!;
    return [readSeq, unread, mentions];
  };
  const marks = async (as: 'read' | 'unread', body: object) => {
    const marker = await bob.does<ReadMarker>('PUT', pathOf(as), body);
    return [marker.readSeq, marker.unread, marker.mentions];
  };
  const says = async (...texts: string[]) => {
    const said: Message[] = [];
    for (const text of texts) said.push(await ada.says(room, text));
    return said;
  };

  it('are favourites from one request to the next, on all devices of the member alone', async () => {
    const [device, other] = [await bob.listens(), await ada.listens()];
    const both = ['PUT', 'DELETE'] as const;
    for (const method of both)
      for (let n = 0; n < 2; n++) {
        await bob.does(method, pathOf('favourite'));
        expect((await membershipOf(bob))!.favourite).toBe(method === 'PUT');
        expect((await membershipOf(ada))!.favourite).toBe(false);
      }
    await ada.says(room, 'the last event');
    for (const subscriber of [device, other]) await subscriber.receives(1, 'message.posted');
    expect(device.of('favourite.changed').map(({ data }) => data)).toEqual(
      [true, false].map((favourite) => ({ roomId: room.id, favourite })),
    );
    expect(other.of('favourite.changed')).toEqual([]);
    await Promise.all([device.close(), other.close()]);
  });

  it('stay favourites while a direct conversation is hidden, and not after the member has left', async () => {
    const open = { kind: 'direct', userId: bob.id };
    const direct = await ada.does<Room>('POST', '/api/rooms', open);
    for (const one of [room, direct]) {
      await bob.does('PUT', pathOf('favourite', one));
      await bob.does('DELETE', pathOf(`members/${bob.id}`, one));
    }
    expect((await tablesIn(database)).get('favourites')).not.toContain(room.id);
    await ada.says(direct, 'shown again');
    await bob.joins(room);
    expect((await membershipOf(bob, direct))!.favourite).toBe(true);
    expect((await membershipOf(bob))!.favourite).toBe(false);
  });

  describe('with saved messages', () => {
    const savedPath = ({ roomId, id }: Message) => `/api/rooms/${roomId}/messages/${id}/saved`;
    const savedBy = async (who: Person) => {
      const saved: SavedMessage[] = [];
      for (let url = '/api/me/saved?limit=2'; ;) {
        const response = await who.send('GET', url);
        saved.push(...((await response.json()) as SavedMessage[]));
        const next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
        if (next === undefined) return saved;
        url = next;
      }
    };
    const SAVE = 'insert into saved_messages (user_id, room_id, seq, saved_at)';
    /** Adds copies of a message to its room, and saves them, past the API. */
    const savesMore = ({ id: userId }: Person, { id, roomId }: Message, count: number) =>
      runAsOtherProgram(
        database,
        `with recursive counted (n) as (select 1 union all select n + 1 from counted where n < ${count})
        insert into messages (id, room_id, seq, author_id, client_id, text, mentions, words, words_version, created_at)
        select id || n, room_id, 1000 + n, author_id, client_id || n, text, '[]', '', words_version, created_at
        from messages, counted where id = '${id}';
        ${SAVE} select '${userId}', room_id, seq, '2026-03-01T00:00:00.000Z' from messages
        where room_id = '${roomId}' and seq > 1000;`,
      );
    const refusal = async (response: Response) => [response.status, await problemCode(response)];

    it('list them in pages, the last one first, on all devices of the member alone', async () => {
      const messages = await says('one', 'two', 'three', 'four', 'five');
      const [one, two] = messages as [Message, Message];
      const [device, other] = [await bob.listens(), await ada.listens()];
      for (const message of [...messages.toReversed(), one])
        await bob.does('PUT', savedPath(message));
      for (let n = 0; n < 2; n++) await bob.does('DELETE', savedPath(two));
      const left = messages.filter((message) => message !== two);
      const saved = await savedBy(bob);
      expect(saved.map(({ message }) => message).toSorted((a, b) => a.seq - b.seq)).toEqual(left);
      // Two of them may share a millisecond.
      const times = left.map(({ id }) => saved.find(({ message }) => message.id === id)!.savedAt);
      expect(times).toEqual(times.toSorted().toReversed());
      expect(saved.map(({ savedAt }) => savedAt)).toEqual(times);
      expect((await membershipOf(bob))!.saved).toEqual(left.map(({ seq }) => seq));
      expect([await savedBy(ada), (await membershipOf(ada))!.saved]).toEqual([[], []]);
      await ada.says(room, 'the last event');
      for (const subscriber of [device, other]) await subscriber.receives(1, 'message.posted');
      expect(device.of('saved.changed').map(({ data }) => data)).toEqual(
        [...messages.toReversed(), two].map(({ id, seq }, n) => ({
          roomId: room.id,
          messageId: id,
          seq,
          saved: n < messages.length,
        })),
      );
      expect(other.of('saved.changed')).toEqual([]);
      const exported = await bob.gets<{ saved: object[] }>('/api/me/export');
      expect(exported.saved).toEqual(
        saved.map(({ message, savedAt }) => ({ roomId: room.id, messageId: message.id, savedAt })),
      );
      await Promise.all([device.close(), other.close()]);
    });

    it('forget those that are deleted or in a room that the member has left, and keep those of a hidden conversation', async () => {
      const direct = await ada.does<Room>('POST', '/api/rooms', { kind: 'direct', userId: bob.id });
      const kept = await ada.says(direct, 'kept');
      const [deleted, left] = (await says('deleted', 'left')) as [Message, Message];
      for (const message of [kept, deleted, left]) await bob.does('PUT', savedPath(message));
      await ada.does('DELETE', pathOf(`messages/${deleted.id}`));
      expect((await membershipOf(bob))!.saved).toEqual([left.seq]);
      expect(await refusal(await bob.send('PUT', savedPath(deleted)))).toEqual([409, 'conflict']);
      for (const one of [room, direct]) await bob.does('DELETE', pathOf(`members/${bob.id}`, one));
      const table = (await tablesIn(database)).get('saved_messages');
      expect([room, direct].map(({ id }) => table!.includes(id))).toEqual([false, true]);
      expect(await refusal(await bob.send('PUT', savedPath(left)))).toEqual([403, 'forbidden']);
      expect((await savedBy(bob))[0]!.message.id).toBe(kept.id);
      await bob.joins(room);
      expect((await membershipOf(bob))!.saved).toEqual([]);
    });

    it(`refuse more than ${MAX_SAVED} of a user`, async () => {
      const cy = await Person.signUp(application.url, 'cy');
      await cy.joins(room);
      const [first, last] = (await says('first', 'last')) as [Message, Message];
      await cy.does('PUT', savedPath(first));
      await savesMore(cy, first, MAX_SAVED - 1);
      expect(await refusal(await cy.send('PUT', savedPath(last)))).toEqual([409, 'conflict']);
      await cy.does('PUT', savedPath(first));
      await cy.does('DELETE', savedPath(first));
      await cy.does('PUT', savedPath(last));
      expect((await membershipOf(cy))!.saved[0]).toBe(last.seq);
    });

    it('are exported, however many they are', async () => {
      const eve = await Person.signUp(application.url, 'eve');
      await eve.joins(room);
      const [message] = (await says('one of many')) as [Message];
      await savesMore(eve, message, MAX_SAVED + 1);
      const { saved } = await eve.gets<{ saved: { messageId: string }[] }>('/api/me/export');
      expect(new Set(saved.map(({ messageId }) => messageId)).size).toBe(MAX_SAVED + 1);
      expect(saved).toHaveLength(MAX_SAVED + 1);
    });

    // SQLite has one transaction at a time.
    const onPostgres = name === 'PostgreSQL' ? it : it.skip;
    onPostgres('are as few if another node saves the last one that the user may', async () => {
      const dora = await Person.signUp(application.url, 'dora');
      await dora.joins(room);
      const [first, last] = (await says('first', 'last')) as [Message, Message];
      await savesMore(dora, first, MAX_SAVED - 1);
      const node = new pg.Client(database);
      await node.connect();
      await node.query('begin');
      await node.query(`select id from users where id = '${dora.id}' for no key update`);
      const saved = `('${dora.id}', '${room.id}', ${first.seq}, '2026-03-01T00:00:00.000Z')`;
      await node.query(`${SAVE} values ${saved}`);
      const answer = dora.send('PUT', savedPath(last));
      const isWaiting =
        'select 1 from pg_locks where pg_backend_pid() = any(pg_blocking_pids(pid))';
      const waiting = until(async () => (await node.query(isWaiting)).rows.length > 0);
      await Promise.race([answer, waiting]);
      await node.query('commit');
      await node.end();
      expect(await refusal(await answer)).toEqual([409, 'conflict']);
    });
  });

  it('are unread exactly from the message on that the member chooses', async () => {
    await says('one', '@bob: two', 'three');
    await bob.says(room, 'four');
    await says('five');
    const device = await bob.listens();
    expect(await marks('read', { seq: 5 })).toEqual([5, 0, 0]);
    expect(await marks('unread', { seq: 3 })).toEqual([2, 2, 0]);
    expect(await marks('unread', { seq: 4 })).toEqual([2, 2, 0]);
    expect(await marks('unread', { seq: 99 })).toEqual([2, 2, 0]);
    expect(await marks('unread', { seq: 1 })).toEqual([0, 4, 1]);
    expect(await markerOf(bob)).toEqual([0, 4, 1]);
    expect(await marks('read', { seq: 2 })).toEqual([2, 2, 0]);
    await device.receives(4, 'read.moved');
    expect(device.of('read.moved').map(({ data }) => (data as ReadMarker).readSeq)).toEqual([
      5, 2, 0, 2,
    ]);
    await device.close();
  });

  it('are unread from the last message of another member on by default', async () => {
    expect(await marks('unread', {})).toEqual([0, 0, 0]);
    const [, , deleted] = await says('one', 'two', 'three');
    await bob.says(room, 'four');
    await ada.does('DELETE', pathOf(`messages/${deleted!.id}`));
    expect(await marks('unread', {})).toEqual([1, 1, 0]);
    expect(await marks('unread', {})).toEqual([1, 1, 0]);
  });

  it('stay unread when a delayed request of another device marks them as read', async () => {
    await says('one', 'two', 'three');
    await marks('read', { seq: 2 });
    await marks('unread', { seq: 2 });
    expect(await marks('read', { seq: 3, from: 2 })).toEqual([1, 2, 0]);
    expect(await marks('read', { seq: 3, from: 1 })).toEqual([3, 0, 0]);
    // Two devices that read on at the same time.
    await marks('unread', { seq: 1 });
    await marks('read', { seq: 2, from: 0 });
    expect(await marks('read', { seq: 3, from: 0 })).toEqual([3, 0, 0]);
  });

  it('refuse markers that are no place of a message', async () => {
    const bodies = [
      ['unread', { seq: 0 }],
      ['unread', { seq: 1.5 }],
      ['unread', { seq: null }],
      ['unread', { from: 1 }],
      ['read', { seq: 1, from: -1 }],
      ['read', { seq: 1, from: null }],
    ] as const;
    for (const [as, body] of bodies)
      expect([body, (await bob.send('PUT', pathOf(as), body)).status]).toEqual([body, 422]);
  });

  it('have a topic, which owners change, for everyone who sees the room', async () => {
    const changes = (who: Person, body: object) =>
      who.send('PATCH', `/api/rooms/${room.id}`, body).then(({ status }) => status);
    const cy = await Person.signIn(application.url, 'ada');
    const [device, browsing] = [await bob.listens(), await cy.listens('/api/events?topic=rooms')];
    expect(room.topic).toBeNull();
    expect(await changes(ada, { topic: '  Notes on the Engine 🔔 ' })).toBe(200);
    expect((await membershipOf(bob))!.room.topic).toBe('Notes on the Engine 🔔');
    const listed = await bob.gets<Room[]>('/api/rooms?order=desc');
    expect(listed[0]).toMatchObject({ id: room.id, topic: 'Notes on the Engine 🔔' });
    // Another change keeps it, the same one changes nothing, and null removes it.
    expect(await changes(ada, { name: 'Synthesis' })).toBe(200);
    expect(await changes(ada, { topic: 'Notes on the Engine 🔔' })).toBe(200);
    expect(await changes(ada, { topic: null })).toBe(200);
    for (const subscriber of [device, browsing]) {
      await subscriber.receives(3, 'room.updated');
      expect(subscriber.of('room.updated').map(({ data }) => (data as Room).topic)).toEqual([
        'Notes on the Engine 🔔',
        'Notes on the Engine 🔔',
        null,
      ]);
      await subscriber.close();
    }

    expect(await changes(bob, { topic: 'Mine' })).toBe(403);
    for (const topic of ['', ' ', 'two\nlines', 'x'.repeat(251), 1])
      expect([topic, await changes(ada, { topic })]).toEqual([topic, 422]);
    await changes(ada, { archived: true });
    expect(await changes(ada, { topic: 'Late' })).toBe(409);
    expect(await changes(ada, { topic: 'Open', archived: false })).toBe(200);
  });
});
