import { Database, EventLog, Streams, UnitOfWork } from '@carillon/nestjs';
import { EventFeed } from '@carillon/nestjs/internal';
import { jest } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import type { Message } from '../src/rooms/room/message.js';
import type { Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { ENGINES_AND_CONNECTIONS } from './support/connections.js';
import { connectNodes } from './support/connected-nodes.js';
import type { EngineUnderTest } from './support/engines.js';
import { subscribe, RawSubscriber } from './support/raw-subscriber.js';
import { anEvent } from './support/log.js';
import { Person } from './support/people.js';
import { createUser } from './support/requests.js';

/** Keeps the feed of a node where it is, as a database does that is slow to answer. @returns what lets it go on. */
async function holdFeed({ app }: RunningApplication): Promise<() => void> {
  // What it reads at the moment may still be answered with something new.
  await app.get(EventFeed, { strict: false }).wake();
  const log = app.get(EventLog, { strict: false });
  const read = log.read.bind(log);
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const held = jest.spyOn(log, 'read').mockImplementation(async (after, upTo, limit, db) => {
    // Only the feed reads without an end.
    if (upTo === Number.MAX_SAFE_INTEGER) await released;
    return read(after, upTo, limit, db);
  });
  return () => {
    held.mockRestore();
    release();
  };
}

describe.each(ENGINES_AND_CONNECTIONS)(
  'permissions, with two nodes on one $name, streams written to $connection',
  (setup) => {
    const { name, start } = setup;
    let engine: EngineUnderTest;
    let nodes: [RunningApplication, RunningApplication];
    let people: [Person, Person, Person];
    let room: Room;
    let release = (): void => undefined;
    const streams: RawSubscriber[] = [];
    const listening = async (opening: RawSubscriber | Promise<RawSubscriber>) => {
      const stream = await opening;
      streams.push(stream);
      return stream;
    };
    const everyoneHears = async (...subscribers: RawSubscriber[]) => {
      const { id } = await createUser(nodes[0].url, 'Last', 'ONE');
      await Promise.all(subscribers.map((each) => each.until(({ body }) => body.includes(id))));
    };

    beforeAll(async () => {
      engine = await start();
      const DATABASE_URL = await engine.createDatabase();
      const settings = { DATABASE_URL, SIGN_IN_ATTEMPTS: '0', ...setup.settings };
      nodes = [await startApplication(settings), await startApplication(settings)];
      connectNodes(...nodes);
      const { url } = nodes[0];
      people = [
        await Person.signUp(url, 'owner'),
        await Person.signUp(url, 'eve'),
        await Person.signUp(url, 'bob'),
      ];
    });
    beforeEach(async () => {
      const [owner, eve, bob] = people;
      room = await owner.makes('Room', 'private');
      for (const person of [eve, bob]) await owner.brings(person, room);
      await owner.says(room, 'secret');
    });
    afterEach(async () => {
      release();
      await Promise.all(streams.splice(0).map((stream) => stream.close()));
    });
    afterAll(async () => {
      for (const node of nodes) await node.stop();
      await engine.stop();
    });

    it('a stream opened after leaving replays no events of the room, although an older one still does', async () => {
      const [owner, eve] = people;
      const [, { port, url, app }] = nodes;
      const before = await listening(eve.at(url).listens());
      await everyoneHears(before);
      release = await holdFeed(nodes[1]);
      await owner.does('DELETE', `/api/rooms/${room.id}/members/${eve.id}`);
      const path = '/api/events?lastEventId=earliest';
      const after = new RawSubscriber(port, path, { headers: eve.bearer });
      await listening(after);
      while (app.get(Streams, { strict: false }).size < 2) await new Promise(setImmediate);
      // What was opened later and waits for nothing has been replayed to its end: this one could have been, too.
      const probe = await listening(subscribe(port, path));
      await probe.until(({ body }) => body.includes('"Last"'));
      release();
      await everyoneHears(before, after);
      expect(after.body).toContain(room.id);
      expect(after.of('message.posted').map(({ data }) => data)).toEqual([]);
      expect(before.of('room.left')).toHaveLength(1);
    });

    it('a stream opened after leaving gets a closing frame when the feed does not reach the leave', async () => {
      const [owner, eve] = people;
      const [, { port, app }] = nodes;
      const releaseFeed = await holdFeed(nodes[1]);
      const feed = app.get(EventFeed, { strict: false });
      const shortened = jest.replaceProperty(feed, 'reachTimeout', 50);
      release = () => {
        shortened.restore();
        releaseFeed();
      };
      await owner.does('DELETE', `/api/rooms/${room.id}/members/${eve.id}`);
      const path = '/api/events?lastEventId=earliest';
      const stream = new RawSubscriber(port, path, { headers: eve.bearer });
      await listening(stream);
      await stream.until(({ ended }) => ended);
      expect(stream.status).toBe(200);
      expect(stream.cursor).toBe('earliest');
      expect(stream.events).toEqual([]);
      expect(app.get(Streams, { strict: false }).size).toBe(0);
    });

    it('a typing event does not overtake the removal of a member', async () => {
      const [owner, eve, bob] = people;
      const [one, two] = nodes;
      const removed = await listening(eve.at(two.url).listens());
      const member = await listening(bob.at(two.url).listens());
      await everyoneHears(removed, member);
      release = await holdFeed(two);
      const types = (at: RunningApplication) =>
        owner.at(at.url).does('POST', `/api/rooms/${room.id}/typing`);
      await owner.does('DELETE', `/api/rooms/${room.id}/members/${eve.id}`);
      await types(two);
      if (name === 'PostgreSQL') {
        // Nodes of one process have no way to each other with SQLite.
        const arrived = firstValueFrom(two.app.get(Database, { strict: false }).messages);
        await types(one);
        await arrived;
      }
      expect(member.of('typing')).toEqual([]);
      release();
      await member.receives(name === 'PostgreSQL' ? 2 : 1, 'typing');
      await everyoneHears(removed);
      expect(removed.of('room.left')).toHaveLength(1);
      expect(removed.of('typing')).toEqual([]);
    });

    it('a stream opened after joining receives no earlier events, live or in a replay', async () => {
      const [owner, eve] = people;
      const [, { port, url }] = nodes;
      const old = await listening(eve.at(url).listens());
      const hall = await owner.makes('Hall');
      release = await holdFeed(nodes[1]);
      await owner.says(hall, 'before');
      await eve.joins(hall);
      await owner.says(hall, 'behind');
      const late = new RawSubscriber(port, '/api/events', { headers: eve.bearer });
      const replayed = new RawSubscriber(port, '/api/events?lastEventId=earliest', {
        headers: eve.bearer,
      });
      await Promise.all([late, replayed].map((stream) => listening(stream)));
      release();
      await Promise.all([late, replayed].map((stream) => stream.opened()));
      await everyoneHears(old, late, replayed);
      const texts = [old, late, replayed].map((stream) =>
        stream
          .of('message.posted')
          .map(({ data }) => data as Message)
          .filter(({ roomId }) => roomId === hall.id)
          .map(({ text }) => text),
      );
      expect(texts).toEqual([['behind'], [], ['behind']]);
    });

    it('a stream whose topic is revoked while it is opened ends, although an older one of the same topic is still closing', async () => {
      const [owner, eve] = people;
      const { port, app } = nodes[1];
      const [feed, work] = [
        app.get(EventFeed, { strict: false }),
        app.get(UnitOfWork, { strict: false }),
      ];
      const topic = `rooms/${room.id}`;
      const opens = (cursor = '') =>
        new RawSubscriber(port, `/api/events?topic=${topic}${cursor}`, { headers: eve.bearer });
      const older = await listening(opens().opened());
      const witness = await listening(subscribe(port, '/api/events'));
      older.socket.pause();
      for (let round = 0; round < 60; round++)
        await work.run(async (tx) => {
          for (let n = 0; n < 100; n++) tx.record(anEvent({ filling: 'x'.repeat(2000) }, topic));
        });
      await everyoneHears(witness);

      const arrived = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      release = held.resolve;
      const reach = feed.reach.bind(feed);
      jest.spyOn(feed, 'reach').mockImplementationOnce(async (position) => {
        arrived.resolve();
        await held.promise;
        return reach(position);
      });
      // A stream that starts at the head is open as soon as the permissions are read.
      const late = await listening(opens('&lastEventId=earliest'));
      await arrived.promise;
      await owner.does('DELETE', `/api/rooms/${room.id}/members/${eve.id}`);
      await everyoneHears(witness);
      held.resolve();
      await late.until(({ ended }) => ended);
      expect(late.status).toBe(200);
      expect(late.events).toEqual([]);
      expect(older.ended).toBe(false);
    });
  },
);
