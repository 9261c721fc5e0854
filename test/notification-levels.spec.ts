import { NotificationLevels } from '../src/rooms/levels/notification-levels.js';
import type { Message } from '../src/rooms/room/message.js';
import { NEVER } from '../src/rooms/room/notification-level.js';
import type { Membership, NotificationLevel, Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { tablesIn } from './support/everything.js';
import { Person } from './support/people.js';

describe.each(ENGINES)('notification levels on $name', ({ start }) => {
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
    room = await ada.makes('Analysis');
    await bob.joins(room);
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const pathOf = ({ id }: Room) => `/api/rooms/${id}/notifications`;
  const chooses = (who: Person, where: Room, body: object) =>
    who.does<NotificationLevel>('PUT', pathOf(where), body);
  const levelOf = async (who: Person, where: Room) => {
    const memberships = await who.gets<Membership[]>('/api/me/rooms');
    const mine = memberships.find((membership) => membership.room.id === where.id);
    return mine && [mine.level, mine.mutedUntil];
  };
  const opensDirect = () =>
    ada.does<Room>('POST', '/api/rooms', { kind: 'direct', userId: bob.id });

  it('are part of the memberships, and by default `mentions` in rooms and `all` in direct conversations', async () => {
    const direct = await opensDirect();
    expect(await levelOf(bob, room)).toEqual(['mentions', null]);
    expect(await levelOf(bob, direct)).toEqual(['all', null]);
    const chosen = { level: 'nothing', mutedUntil: '2999-01-01t01:00:00+01:00' };
    const mutedUntil = '2999-01-01T00:00:00.000Z';
    expect(await chooses(bob, room, chosen)).toEqual({
      roomId: room.id,
      level: 'nothing',
      mutedUntil,
    });
    expect(await levelOf(bob, room)).toEqual(['nothing', mutedUntil]);
    expect(await levelOf(ada, room)).toEqual(['mentions', null]);

    // A hidden conversation keeps its level, and a member who comes back has the default.
    await chooses(bob, direct, { level: 'mentions' });
    for (const left of [direct, room])
      await bob.does('DELETE', `/api/rooms/${left.id}/members/${bob.id}`);
    expect((await tablesIn(database)).get('notification_levels')).not.toContain(room.id);
    await ada.says(direct, 'shown again');
    await bob.joins(room);
    expect(await levelOf(bob, direct)).toEqual(['mentions', null]);
    expect(await levelOf(bob, room)).toEqual(['mentions', null]);
  });

  it('reach the other devices of the user, once for each change', async () => {
    const device = await bob.listens();
    const other = await ada.listens();
    const levels = [
      { level: 'all', mutedUntil: NEVER },
      { level: 'all', mutedUntil: null },
    ];
    for (const level of levels) for (let n = 0; n < 2; n++) await chooses(bob, room, level);
    await ada.says(room, 'the last event');
    for (const subscriber of [device, other]) await subscriber.receives(1, 'message.posted');
    expect(device.of('level.changed').map(({ data }) => data)).toEqual(
      levels.map(({ level, mutedUntil }) => ({ roomId: room.id, level, mutedUntil })),
    );
    expect(other.of('level.changed')).toEqual([]);
    await Promise.all([device.close(), other.close()]);
  });

  it('decide who wants a notification of a message', async () => {
    const levels = application.app.get(NotificationLevels, { strict: false });
    const now = new Date('2999-01-01T00:00:00.000Z');
    const later = new Date('2999-01-01T00:00:00.001Z');
    const [plain, mention] = [await ada.says(room, 'Hello!'), await ada.says(room, 'Hello, @bob!')];
    const wanted = async (who: Person, at = now) =>
      Promise.all([plain, mention].map((message: Message) => levels.wants(who.id, message, at)));

    for (const [level, expected] of [
      ['all', [true, true]],
      ['mentions', [false, true]],
      ['nothing', [false, false]],
    ] as const) {
      await chooses(bob, room, { level });
      expect([level, await wanted(bob)]).toEqual([level, expected]);
    }
    // A reply in a thread that the member follows concerns them as a mention does.
    const question = await bob.says(room, 'Anyone?');
    const reply = await ada.repliesTo(question, 'Me');
    for (const [level, expected] of [
      ['all', true],
      ['mentions', true],
      ['nothing', false],
    ] as const) {
      await chooses(bob, room, { level });
      expect([level, await levels.wants(bob.id, reply, now)]).toEqual([level, expected]);
    }
    await chooses(ada, room, { level: 'mentions' });
    expect(await levels.wants(ada.id, reply, now)).toBe(false);

    // A mute ends at its time, without a request or an event.
    await chooses(bob, room, { level: 'all', mutedUntil: later.toISOString() });
    expect(await wanted(bob)).toEqual([false, false]);
    expect(await wanted(bob, later)).toEqual([true, true]);

    // Not the author, and nobody who is not a member.
    await chooses(ada, room, { level: 'all' });
    expect(await wanted(ada)).toEqual([false, false]);
    const cy = await Person.signUp(application.url, 'cy');
    expect(await wanted(cy)).toEqual([false, false]);
    await cy.joins(room);
    expect(await levels.wants(cy.id, plain, now)).toBe(false);
  });

  it('are refused unless they are complete and valid', async () => {
    const bodies = [
      {},
      { level: 'some' },
      { level: 'all', mutedUntil: 'tomorrow' },
      { level: 'all', mutedUntil: '2026-02-30T00:00:00Z' },
      { level: 'all', mutedUntil: 1_800_000_000 },
      { level: 'all', muted: true },
    ];
    for (const body of bodies)
      expect([body, (await bob.send('PUT', pathOf(room), body)).status]).toEqual([body, 422]);
  });
});
