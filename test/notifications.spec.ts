import { jest } from '@jest/globals';
import { Database, UnitOfWork } from '@carillon/nestjs';
import { type Command, CommandBus } from '@nestjs/cqrs';
import { sql } from 'kysely';
import ms from 'ms';
import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type {
  Notification,
  ReadState,
  ReceivedNotification,
} from '../src/notifications/notification.js';
import { KEPT, KEPT_FOR } from '../src/notifications/notification-limits.js';
import { NotificationsRepository } from '../src/notifications/notifications.repository.js';
import { MarkRead } from '../src/notifications/mark-read.js';
import { SendNotification } from '../src/notifications/send-notification.js';
import { OldNotifications } from '../src/notifications/old-notifications.js';
import { EVERYONE } from '../src/notifications/recipients.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { tablesIn } from './support/everything.js';
import { TestIssuer } from './support/issuer.js';
import { Program } from './support/program.js';
import { addKey } from './support/keys.js';
import { Person, send } from './support/people.js';
import type { RawSubscriber } from './support/raw-subscriber.js';
import { until } from './support/wait.js';
import { problemCode, problemOf } from './support/requests.js';

const LIST = '/api/me/notifications';
const AUDIENCE = 'carillon';

describe.each(ENGINES)('notifications on $name', ({ name, start }) => {
  let engine: EngineUnderTest;
  let database: string;
  let issuer: TestIssuer;
  let here: RunningApplication;
  let there: RunningApplication;
  let shop: Program;
  let ada: Person;
  let bob: Person;
  const subscribers: RawSubscriber[] = [];

  beforeAll(async () => {
    engine = await start();
    database = await engine.createDatabase();
    issuer = await TestIssuer.start();
    const environment = {
      DATABASE_URL: database,
      SIGN_IN_ATTEMPTS: '0',
      AUTH_ISSUER: issuer.url,
      AUTH_AUDIENCE: AUDIENCE,
    };
    here = await startApplication(environment);
    there = await startApplication(environment);
    shop = await Program.notifier(here);
  });
  beforeEach(async () => {
    ada = await Person.signUp(here.url, `a${randomUUID().slice(0, 8)}`);
    bob = await Person.signUp(here.url, `b${randomUUID().slice(0, 8)}`);
  });
  afterEach(() => Promise.all(subscribers.splice(0).map((subscriber) => subscriber.close())));
  afterAll(async () => {
    await there.stop();
    await here.stop();
    await issuer.stop();
    await engine.stop();
  });

  const listening = async (person: Person, path?: string) => {
    const subscriber = await person.listens(path);
    subscribers.push(subscriber);
    return subscriber;
  };
  const titles = async (person: Person, query = '') =>
    (await person.gets<ReceivedNotification[]>(LIST + query)).map(({ title }) => title);
  const state = (person: Person) => person.gets<ReadState>(`${LIST}/read`);
  const marks = (person: Person, { id }: { id: string }) =>
    person.does<ReadState>('PUT', `${LIST}/read`, { upTo: id });
  const rowsWith = async (text: string) =>
    [...(await tablesIn(database))].filter(([, rows]) => rows.includes(text)).map(([name]) => name);
  const valid = () => ({ to: { userId: ada.id }, kind: 'order', title: 'Shipped' });
  /** Requests of a user of the issuer, who signs in with the first. */
  const asSubject = async (sub: string) => {
    const token = await issuer.token({ sub, aud: AUDIENCE });
    return async <T>(path: string, url = here.url): Promise<T> =>
      (await send(url, 'GET', path, undefined, { Authorization: `Bearer ${token}` })).json() as T;
  };

  it('can be sent only by callers who may do so', async () => {
    const body = { ...valid(), title: 'quokka' };
    const anonymous = await send(here.url, 'POST', '/api/notifications', body);
    expect([anonymous.status, await problemCode(anonymous)]).toEqual([401, 'unauthenticated']);
    const user = await ada.send('POST', '/api/notifications', body);
    expect([user.status, await problemCode(user)]).toEqual([403, 'forbidden']);
    expect(await rowsWith('quokka')).toEqual([]);
    const sent = await shop.notifies({ userId: ada.id }, 'once');
    expect((await ada.send('GET', `/api/notifications/${sent.id}`)).status).toBe(403);
    expect(await shop.does('GET', `/api/notifications/${sent.id}`)).toEqual(sent);
    const { bearer } = await addKey(here, { notify: true });
    const other = await send(here.url, 'GET', `/api/notifications/${sent.id}`, undefined, bearer);
    expect([other.status, await problemCode(other)]).toEqual([404, 'not-found']);
  });

  it('reach the user alone, by id and by username, on the stream and in the list', async () => {
    const [toAda, toBob] = [await listening(ada.at(there.url)), await listening(bob)];
    const content = {
      kind: 'order',
      title: 'Your order has been shipped',
      body: 'It arrives\r\ntomorrow.',
      url: '/orders/42',
      data: { orderId: 42, name: 'Zoë' },
    };
    const answer = await shop.send('POST', '/api/notifications', {
      to: { userId: ada.id.toUpperCase() },
      ...content,
    });
    const sent = (await answer.json()) as Notification;
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/api/notifications/${sent.id}`);
    expect(sent).toEqual({
      ...content,
      body: 'It arrives\ntomorrow.',
      id: expect.any(String) as string,
      createdAt: expect.any(String) as string,
    });
    const named = await shop.notifies({ username: ada.user.username!.toUpperCase() }, 'by name');
    await toAda.receives(2, 'notification.created');
    expect(toAda.of('notification.created').map(({ data }) => data)).toEqual([sent, named]);
    expect(await ada.gets(LIST)).toEqual([
      { ...named, read: false },
      { ...sent, read: false },
    ]);

    await shop.notifies({ userId: bob.id }, 'after it');
    await toBob.receives(1, 'notification.created');
    expect(toBob.of('notification.created')).toHaveLength(1);
    expect(await titles(bob)).toEqual(['after it']);
    expect((await bob.send('GET', `/api/events?topic=notifications/${ada.id}`)).status).toBe(404);
  });

  it('for everyone are one row and one event, for all who have an account by then', async () => {
    const streams = await Promise.all([listening(ada), listening(bob.at(there.url))]);
    const anonymous = await send(here.url, 'GET', LIST);
    expect(anonymous.status).toBe(401);
    const sent = await shop.notifies({ everyone: true }, 'numbat');
    const rows = await tablesIn(database);
    expect(rows.get('notifications')!.split(sent.id)).toHaveLength(2);
    expect(rows.get('events')!.split('numbat')).toHaveLength(2);
    for (const subscriber of streams) {
      await subscriber.receives(1, 'notification.created');
      expect(subscriber.of('notification.created')[0]!.data).toEqual(sent);
    }
    expect(await titles(ada)).toEqual(['numbat']);
    await marks(ada, sent);
    expect([(await state(ada)).unread, (await state(bob)).unread]).toEqual([0, 1]);

    const late = await Person.signUp(here.url, `l${randomUUID().slice(0, 8)}`);
    expect([await titles(late), await state(late)]).toEqual([[], { upTo: null, unread: 0 }]);
    await shop.notifies({ everyone: true }, 'the next');
    expect(await titles(late)).toEqual(['the next']);
  });

  it('wait for a user who has not signed in yet, and are for nobody else', async () => {
    const sub = `later-${randomUUID()}`;
    const watching = await listening(ada);
    await shop.notifies({ sub }, 'waits for you');
    await shop.notifies({ sub: `${sub}x` }, 'for another');
    await shop.notifies({ userId: ada.id }, 'a later one');
    await watching.receives(1, 'notification.created');
    expect(await titles(ada)).toEqual(['a later one']);

    const later = await asSubject(sub);
    const [found] = await later<ReceivedNotification[]>(LIST);
    expect([found!.title, found!.read]).toEqual(['waits for you', false]);
    expect(await later(`${LIST}/read`)).toEqual({ upTo: null, unread: 1 });
    await shop.notifies({ sub }, 'after that');
    const all = await later<ReceivedNotification[]>(LIST, there.url);
    expect(all.map(({ title }) => title)).toEqual(['after that', 'waits for you']);
  });

  it('reach a user who signs in at that moment, at any of the nodes', async () => {
    for (let round = 0; round < 10; round++) {
      const sub = `racing-${randomUUID()}`;
      const user = await asSubject(sub);
      const senders = Array.from({ length: 4 }, (_, n) =>
        shop.at(n % 2 ? here.url : there.url).notifies({ sub }, `${n}`),
      );
      await Promise.all([...senders, user(LIST), user(LIST, there.url)]);
      const all = await user<ReceivedNotification[]>(LIST);
      expect(all.map(({ title }) => title).toSorted()).toEqual(['0', '1', '2', '3']);
    }
  });

  // On SQLite, a transaction locks the database.
  if (name === 'PostgreSQL')
    describe('while another node commits', () => {
      /** Commits a command only when the request at another node is answered, or waits for a lock. */
      const overlapping = async (command: Command<unknown>, request: () => Promise<unknown>) => {
        const [held, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        const commit = here.app.get(UnitOfWork, { strict: false }).run(async () => {
          await here.app.get(CommandBus, { strict: false }).execute(command);
          held.resolve();
          await gate.promise;
        });
        await held.promise;
        let isAnswered = false;
        const answer = request().then(() => (isAnswered = true));
        await until(async () => isAnswered || (await waitsForRow()));
        gate.resolve();
        await Promise.all([commit, answer]);
      };
      const waitsForRow = async () => {
        const { read } = here.app.get(Database, { strict: false });
        const { rows } = await sql`select 1 from pg_stat_activity
          where datname = current_database() and wait_event in ('transactionid', 'tuple')`.execute(
          read,
        );
        return rows.length > 0;
      };
      const content = { kind: 'x', title: 'at that moment', body: null, url: null, data: null };

      it('reach a user who signs in before the commit', async () => {
        const sub = `overlapping-${randomUUID()}`;
        const user = await asSubject(sub);
        await overlapping(new SendNotification({ sub }, content, 'key/1'), () =>
          user(LIST, there.url),
        );
        const all = await user<ReceivedNotification[]>(LIST);
        expect(all.map(({ title }) => title)).toEqual(['at that moment']);
      });

      it('are counted in the event of what is read', async () => {
        const stream = await listening(ada);
        const first = await shop.notifies({ userId: ada.id }, 'first');
        await overlapping(new MarkRead(ada.id, first.id), () =>
          shop.at(there.url).notifies({ userId: ada.id }, 'second'),
        );
        await stream.receives(2, 'notification.created');
        await stream.receives(1, 'notification.read');
        const types = stream.of('notification.created', 'notification.read');
        expect(types.map(({ type }) => type.split('.')[1])).toEqual(['created', 'read', 'created']);
        expect(await state(ada)).toEqual({ upTo: first.id, unread: 1 });
      });
    });

  it('for a topic reach the users to whom it is granted when they are sent', async () => {
    const room = await ada.makes('Analysis', 'private');
    const toAda = await listening(ada);
    await shop.notifies({ topic: `rooms/${room.id.toUpperCase()}` }, 'before bob');
    await ada.brings(bob, room);
    const toBob = await listening(bob);
    const both = await shop.notifies({ topic: `rooms/${room.id}` }, 'both');
    await toAda.receives(2, 'notification.created');
    await toBob.receives(1, 'notification.created');
    await ada.does('DELETE', `/api/rooms/${room.id}/members/${bob.id}`);
    await shop.notifies({ topic: `rooms/${room.id}` }, 'after bob');
    expect(await titles(ada)).toEqual(['after bob', 'both', 'before bob']);
    expect(await titles(bob)).toEqual(['both']);
    expect(toBob.of('notification.created').map(({ data }) => data)).toEqual([both]);
    const refusal = async (topic: string) => {
      const refused = await shop.send('POST', '/api/notifications', { ...valid(), to: { topic } });
      expect([topic, refused.status]).toEqual([topic, 422]);
      return (await problemOf(refused)).detail;
    };
    for (const topic of [`rooms/${randomUUID()}`, 'rooms', 'users'])
      expect(await refusal(topic)).toContain('a topic that is granted to users');
    expect(await refusal('orders/42')).toContain('Publish an event on the topic');
  });

  it('are read on all devices, never further than those that exist, and never back', async () => {
    const phone = await listening(ada.at(there.url));
    const [first, second] = [
      await shop.notifies({ userId: ada.id }, 'first'),
      await shop.notifies({ everyone: true }, 'second'),
    ];
    expect(await state(ada)).toEqual({ upTo: null, unread: 2 });
    expect(await marks(ada, first)).toEqual({ upTo: first.id, unread: 1 });
    expect(await titles(ada, '?unread=true')).toEqual(['second']);
    expect(await marks(ada, { id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' })).toEqual({
      upTo: second.id,
      unread: 0,
    });
    expect(await marks(ada, first)).toEqual({ upTo: second.id, unread: 0 });
    await shop.notifies({ userId: ada.id }, 'third');
    expect(await state(ada)).toEqual({ upTo: second.id, unread: 1 });
    await phone.receives(3, 'notification.created');
    expect(phone.of('notification.read').map(({ data }) => data)).toEqual([
      { upTo: first.id, unread: 1 },
      { upTo: second.id, unread: 0 },
    ]);
    expect((await state(bob)).upTo).toBeNull();
  });

  it('have a count in each event that agrees with the stream, under many senders and readers', async () => {
    const stream = await listening(ada);
    const senders = Array.from({ length: 40 }, (_, n) =>
      shop
        .at(n % 2 ? here.url : there.url)
        .notifies(n % 5 ? { userId: ada.id } : { everyone: true }, `${n}`)
        .then((sent) => (n % 3 ? undefined : marks(ada.at(n % 2 ? there.url : here.url), sent))),
    );
    await Promise.all(senders);
    await stream.receives(40, 'notification.created');
    const last = (await state(ada)).upTo;
    await stream.until(({ events }) =>
      events.some(
        ({ type, data }) => type === 'notification.read' && (data as ReadState).upTo === last,
      ),
    );
    const created: string[] = [];
    for (const { type, data } of stream.of('notification.created', 'notification.read')) {
      if (type === 'notification.created') created.push((data as Notification).id);
      else {
        const { upTo, unread } = data as ReadState;
        expect(created.filter((id) => id > upTo!)).toHaveLength(unread);
      }
    }
    expect(created).toEqual(created.toSorted());
  });

  it('are read in pages, which continue at the same place', async () => {
    for (let n = 0; n < 7; n++)
      await shop.notifies(n % 3 ? { userId: ada.id } : { everyone: true }, `${n}`);
    const found: string[] = [];
    let path: string | undefined = `${LIST}?limit=3`;
    while (path) {
      const answer: Response = await ada.send('GET', path);
      expect(answer.headers.get('last-event-id')).toMatch(/^[0-9a-f]{8}-\d+$/);
      found.push(...((await answer.json()) as Notification[]).map(({ title }) => title));
      path = /<(.*)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
      await shop.notifies({ userId: ada.id }, 'newer');
    }
    expect(found).toEqual(['6', '5', '4', '3', '2', '1', '0']);
  });

  it('are sent once, however often a request is repeated with its key', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const first = await shop.send('POST', '/api/notifications', valid(), headers);
    const again = await shop.at(there.url).send('POST', '/api/notifications', valid(), headers);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(await again.json()).toEqual(await first.json());
    expect(await titles(ada)).toEqual(['Shipped']);
    const other = { ...valid(), title: 'Another' };
    expect((await shop.send('POST', '/api/notifications', other, headers)).status).toBe(422);
  });

  it.each<[string, object]>([
    ['to', { to: undefined }],
    ['to', { to: {} }],
    ['to', { to: 'ada' }],
    ['to', { to: [] }],
    ['to', { to: { sub: 'x', everyone: true } }],
    ['to', { to: { everyone: false } }],
    ['to', { to: { everyone: 'true' } }],
    ['to', { to: { userId: 'x' } }],
    ['to', { to: { userId: randomUUID() } }],
    ['to', { to: { username: 'nobody.here' } }],
    ['to', { to: { sub: '' } }],
    ['to', { to: { sub: 'a\u0000' } }],
    ['to', { to: { email: 'a@example.org' } }],
    ['kind', { kind: '' }],
    ['kind', { kind: 'a b' }],
    ['title', { title: ' ' }],
    ['title', { title: 'x'.repeat(201) }],
    ['title', { title: 'two\nlines' }],
    ['body', { body: 'x'.repeat(2001) }],
    ['body', { body: null }],
    ['url', { url: 'javascript:alert(1)' }],
    ['url', { url: 'data:text/html,x' }],
    ['url', { url: '//example.org' }],
    ['url', { url: '/\\example.org' }],
    ['url', { url: '/\t/example.org' }],
    ['url', { url: 'https://' }],
    ['url', { url: 'orders/42' }],
    ['data', { data: [] }],
    ['data', { data: 'text' }],
    ['data', { data: { a: 'x'.repeat(4096) } }],
    ['data', { data: { a: '\u0000' } }],
    ['data', { data: { a: '\ud800' } }],
    ['data', { data: { a: '\\\u0000' } }],
  ])('are refused with an error of %s, case %#', async (field, change) => {
    const answer = await shop.send('POST', '/api/notifications', { ...valid(), ...change });
    expect(answer.status).toBe(422);
    const { errors } = await problemOf(answer);
    expect(errors!.map((error) => error.field)).toEqual([field]);
  });

  it.each(['/', '/orders/42?a=b#c', 'https://example.org/a', 'HTTP://example.org'])(
    'may lead to %s',
    async (url) => {
      const { status } = await shop.send('POST', '/api/notifications', { ...valid(), url });
      expect(status).toBe(201);
    },
  );

  it('carry data with a backslash in front of what looks like an escape', async () => {
    const data = { path: 'C:\\u0000', other: '\\udata' };
    const sent = await shop.does<Notification>('POST', '/api/notifications', { ...valid(), data });
    expect(sent.data).toEqual(data);
  });

  it('are removed when they are too old, and when a recipient has too many', async () => {
    const repository = here.app.get(NotificationsRepository, { strict: false });
    const work = here.app.get(UnitOfWork, { strict: false });
    const old = here.app.get(OldNotifications, { strict: false });
    const at = (time: number, n: number): Notification => ({
      id: uuidv7({ msecs: time }),
      kind: 'test',
      title: `${n}`,
      body: null,
      url: null,
      data: null,
      createdAt: new Date(time).toISOString(),
    });
    const now = Date.now();
    await work.run(async ({ db }) => {
      const tooMany = Array.from({ length: KEPT + 600 }, (_, n) => {
        const { createdAt: created_at, ...row } = at(now - ms('1h') + n, n);
        return { ...row, data: null, created_at, recipient: ada.id, sender: 'key/1' };
      });
      await db.insertInto('notifications').values(tooMany).execute();
      await repository.insert(db, [bob.id, EVERYONE], at(now - KEPT_FOR - 1000, -1), 'key/1');
      await repository.insert(db, [bob.id], at(now - KEPT_FOR + ms('1h'), -2), 'key/1');
    });
    await shop.notifies({ userId: ada.id }, 'newest');
    const removing = jest.spyOn(repository, 'keepNewest');
    await old.trim(now);
    const removed = await Promise.all(
      removing.mock.results.map(({ value }) => value as Promise<number>),
    );
    expect(removed.filter((count) => count > 0)).toEqual([500, 101]);
    const kept = await titles(ada, '?limit=1000');
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([KEPT, 'newest', '601']);
    expect(await titles(bob)).toEqual(['-2']);
    expect((await tablesIn(database)).get('notifications')).not.toMatch(/\b-1\b/);
  });

  it('are removed in small transactions, however many recipients a notification has', async () => {
    const repository = here.app.get(NotificationsRepository, { strict: false });
    const work = here.app.get(UnitOfWork, { strict: false });
    const old = here.app.get(OldNotifications, { strict: false });
    const recipients = Array.from({ length: 1200 }, (_, n) => `recipient ${n}`);
    const createdAt = new Date(0).toISOString();
    const content = { kind: 'test', title: 'many', body: null, url: null, data: null, createdAt };
    const notification = { id: uuidv7({ msecs: 1 }), ...content };
    await work.run(({ db }) => repository.insert(db, recipients, notification, 'key/1'));
    await work.run(({ db }) => repository.removeBefore(db, uuidv7({ msecs: 2 }), 500));
    const rows = async () =>
      (await tablesIn(database)).get('notifications')!.split('many').length - 1;
    expect(await rows()).toBe(700);
    await old.trim();
    expect(await rows()).toBe(0);
  });
});
