import { randomUUID } from 'node:crypto';
import { blockEvents, blocks } from '../client/src/features/blocks/blocks.js';
import { histories } from '../client/src/features/conversation/histories.js';
import { foldPage, type History } from '../client/src/features/conversation/history-fold.js';
import { people as peopleSlice, peopleEvents } from '../client/src/features/people/people.js';
import { myInvitations } from '../client/src/features/rooms/invitations.js';
import type { RoomMembers } from '../client/src/features/rooms/members-fold.js';
import { byActivity } from '../client/src/features/rooms/memberships-fold.js';
import { memberships } from '../client/src/features/rooms/memberships.js';
import { roomEvents } from '../client/src/features/rooms/room-events.js';
import { roomMembers } from '../client/src/features/rooms/room-members.js';
import {
  readState,
  type ReadState,
  notificationEvents,
} from '../client/src/features/notifications/read-state.js';
import {
  threadEvents,
  unreadThreads,
  type UnreadThread,
} from '../client/src/features/threads/unread-threads.js';
import { sessionEvents } from '../client/src/features/account/session-events.js';
import type { EventName, StreamEvent } from '../client/src/store/events.js';
import {
  type AsOf,
  emptyState,
  foldEvent,
  partOf,
  type Slice,
  type State,
  withPart,
} from '../client/src/store/state.js';
import type { Block } from '../src/rooms/room/block.js';
import type { Notification } from '../src/notifications/notification.js';
import type { Message } from '../src/rooms/room/message.js';
import { LEVELS, NEVER } from '../src/rooms/room/notification-level.js';
import type { Invitation, Member, Membership, Room } from '../src/rooms/room/room.js';
import type { User } from '../src/users/user.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { Program } from './support/program.js';
import type { RawSubscriber } from './support/raw-subscriber.js';
import { PASSWORD, Person, reactionPath, send } from './support/people.js';
import { seeded } from './support/seeded.js';

const ROUNDS = 500;
/** People act at the same time, each one thing after the other. */
const ACTORS = 8;
const EMOJI = ['👍', '🎉', '❤️'];

const SLICES = [
  readState,
  memberships,
  unreadThreads,
  blocks,
  myInvitations,
  peopleSlice,
  roomMembers,
  histories,
];

/** Those of the page's features; each stored event is one of them. */
const eventNames = [
  ...peopleEvents,
  ...roomEvents,
  ...threadEvents,
  ...blockEvents,
  ...sessionEvents,
  ...notificationEvents,
];
type Unknown = Exclude<EventName, (typeof eventNames)[number] | 'typing' | 'presence'>;
const unknown: [Unknown] extends [never] ? 'none' : Unknown = 'none';

const positionOf = (cursor: string): number => Number(cursor.split('-')[1]);

/** All that a page could show a person, as the API tells it now, with the cursor of each answer. */
async function snapshotOf(person: Person): Promise<{ state: State; cursor: string }> {
  const read = async <T>(path: string): Promise<AsOf<T> & { cursor: string }> => {
    const response = await person.send('GET', path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    const cursor = response.headers.get('last-event-id')!;
    return { part: (await response.json()) as T, position: positionOf(cursor), cursor };
  };
  const rooms = await read<Membership[]>('/api/me/rooms?limit=1000').then((all) => ({
    ...all,
    part: byActivity(all.part),
  }));
  const blocked = await read<Block[]>('/api/me/blocks');
  const inRooms = new Map<string, AsOf<RoomMembers>>();
  const said = new Map<string, History>();
  for (const { room } of rooms.part) {
    const path = `/api/rooms/${room.id}`;
    const parts = Promise.all([
      read<Member[]>(`${path}/members`),
      read<Invitation[]>(`${path}/invitations`),
      read<Message[]>(`${path}/messages?limit=200`),
    ]);
    // They may have been removed from it meanwhile.
    const found = await parts.catch(() => undefined);
    if (!found) continue;
    const [who, invitations, page] = found;
    const position = Math.min(who.position, invitations.position);
    const inRoom = {
      members: who.part.map(({ userId, role, joinedAt }) => ({ userId, role, joinedAt })),
      rest: null,
      found: [],
      count: who.part.length,
      countedAt: who.position,
      invitations: invitations.part,
    };
    inRooms.set(room.id, { part: inRoom, position });
    said.set(room.id, foldPage(new Map(), page.part, page.position));
  }
  const users = await read<User[]>('/api/users?limit=1000');
  const invited = await read<Invitation[]>('/api/me/invitations');
  const put = <Part>(state: State, slice: Slice<Part>, part: Part, position = 0) =>
    withPart(state, slice, part, position);
  const threads = await read<UnreadThread[]>('/api/me/threads?limit=1000');
  const sent = await read<ReadState>('/api/me/notifications/read');
  let state = emptyState(person.id, SLICES);
  state = put(state, readState, sent.part, sent.position);
  state = put(state, memberships, rooms.part, rooms.position);
  state = put(state, unreadThreads, threads.part, threads.position);
  state = put(state, blocks, new Set(blocked.part.map(({ userId }) => userId)), blocked.position);
  state = put(state, myInvitations, invited.part, invited.position);
  state = put(state, peopleSlice, new Map(users.part.map((user) => [user.id, user])));
  state = put(state, roomMembers, inRooms);
  state = put(state, histories, said);
  return { state, cursor: rooms.cursor };
}

const eventsOf = ({ events }: RawSubscriber): StreamEvent[] =>
  events
    .filter(({ type }) => eventNames.some((name) => name === type))
    .map(({ type, data, id }) => ({ name: type, data, position: positionOf(id!) }) as StreamEvent);

/** The parts to compare, in an order of their own; without what depends on when it was loaded. */
function comparable(state: State, with_: State) {
  const rooms = partOf(state, memberships).map(({ room }) => room.id);
  const inRooms = partOf(state, roomMembers);
  const known = rooms.filter((id) => inRooms.has(id) && partOf(with_, roomMembers).has(id));
  const byId = <T extends { userId: string }>(list: readonly T[]) =>
    list.toSorted((one, other) => (one.userId < other.userId ? -1 : 1));
  return {
    memberships: partOf(state, memberships),
    threads: partOf(state, unreadThreads).toSorted((one, other) =>
      one.roomId === other.roomId ? one.seq - other.seq : one.roomId < other.roomId ? -1 : 1,
    ),
    notifications: partOf(state, readState),
    blocks: [...partOf(state, blocks)].toSorted(),
    invitations: partOf(state, myInvitations).toSorted((one, other) =>
      one.room.id < other.room.id ? -1 : 1,
    ),
    // Users who deleted their account are not in the directory, and stay known under a pseudonym.
    people: [...partOf(state, peopleSlice).values()]
      .filter(({ firstname }) => firstname !== 'Deleted user')
      .toSorted((one, other) => (one.id < other.id ? -1 : 1)),
    members: known.map((id) => [id, byId(inRooms.get(id)!.part.members)]),
    counts: known.map((id) => [id, inRooms.get(id)!.part.count]),
    invited: known.map((id) => [id, byId(inRooms.get(id)!.part.invitations)]),
    // Of a room that was joined meanwhile, the stream delivers what came after that.
    messages: rooms.map((id) => {
      const both = [...(partOf(state, histories).get(id) ?? [])].filter(([seq]) =>
        partOf(with_, histories).get(id)?.has(seq),
      );
      return [id, both.map(([, { message }]) => message).toSorted((a, b) => a.seq - b.seq)];
    }),
  };
}

/** What leads to each kind of event, in rooms of their own, so that nothing of it depends on chance. */
async function eachOnce(shop: Program, [ada, bob, cy]: [Person, Person, Person]): Promise<void> {
  await ada.makes('Everyone hears of it');
  const room = await ada.makes('By invitation', 'private');
  const path = `/api/rooms/${room.id}`;
  await ada.does('POST', `${path}/invitations`, { userId: bob.id });
  await ada.does('DELETE', `${path}/invitations/${bob.id}`);
  for (const other of [bob, cy]) await ada.brings(other, room);
  await ada.does('PATCH', path, { name: 'By invitation only' });
  await ada.does('PATCH', `${path}/members/${bob.id}`, { role: 'owner' });

  const said = await ada.says(room, 'said');
  await bob.does('PUT', `${path}/read`, { seq: said.seq });
  await ada.does('PATCH', `${path}/messages/${said.id}`, { text: 'said better' });
  await bob.reacts(said, '🎉');
  await cy.reacts(said, '🎉');
  await bob.does('DELETE', reactionPath(said, '🎉'));
  await bob.repliesTo(said, 'replied');
  for (const method of ['PUT', 'DELETE']) await ada.does(method, `${path}/messages/${said.id}/pin`);
  await bob.does('PUT', `${path}/messages/${said.id}/saved`);
  await ada.does('DELETE', `${path}/messages/${said.id}`);
  await bob.does('PUT', `${path}/notifications`, { level: 'all', mutedUntil: NEVER });
  await bob.does('PUT', `${path}/favourite`);
  for (const other of [cy, bob]) await ada.does('DELETE', `${path}/members/${other.id}`);

  await ada.does('PUT', `/api/me/blocks/${cy.id}`);
  await ada.does('DELETE', `/api/me/blocks/${cy.id}`);

  const sent = await shop.notifies({ userId: bob.id }, 'sent');
  await bob.does('PUT', '/api/me/notifications/read', { upTo: sent.id });

  const again = await Person.signIn(ada.url, ada.user.username!);
  await again.does('DELETE', '/api/session');
  const entry = await ada.does<User>('POST', '/api/users', { firstname: 'En', lastname: 'TRY' });
  await ada.does('PATCH', `/api/users/${entry.id}`, { firstname: 'An' });
  await ada.does('DELETE', `/api/users/${entry.id}`);
  const gone = await Person.signUp(ada.url, 'gone');
  await gone.does('DELETE', '/api/me', { password: PASSWORD });
}

describe.each(ENGINES)('a snapshot and the stream from its cursor, on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let people: Person[];
  let shop: Program;

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({
      DATABASE_URL: await engine.createDatabase(),
      SIGN_IN_ATTEMPTS: '0',
    });
    people = await Promise.all(
      ['ada', 'bob', 'cy', 'dan'].map((name) => Person.signUp(application.url, name)),
    );
    shop = await Program.notifier(application);
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  it('equal a later snapshot, for every kind of event, while all is changed at once', async () => {
    const { pick, chance } = seeded();
    const rooms: Room[] = [];
    const messages: Message[] = [];
    const entries: User[] = [];
    const sent: Notification[] = [];
    const remember =
      <T>(list: T[]) =>
      (one: T) =>
        void list.push(one);
    const room = () => `/api/rooms/${pick(rooms).id}`;
    const mention = () => `@${pick([...people.map(({ user }) => user.username), 'all'])}`;
    const say = async (who: Person) => {
      const clientId = randomUUID();
      const text = `${chance(0.5) ? `${mention()} ` : ''}${clientId}`;
      await who
        .does<Message>('POST', `${room()}/messages`, { clientId, text })
        .then(remember(messages));
    };
    const messagePath = () => {
      const { roomId, id } = pick(messages);
      return `/api/rooms/${roomId}/messages/${id}`;
    };
    /** What a person may do; much of it is refused, as it comes. Weighted. */
    const actions: [number, (who: Person) => Promise<unknown>][] = [
      [30, say],
      [6, (who) => who.does('PATCH', messagePath(), { text: `edited ${mention()}` })],
      [4, (who) => who.does('DELETE', messagePath())],
      [
        20,
        (who) =>
          who.repliesTo(pick(messages), `@${pick(people).user.username}`).then(remember(messages)),
      ],
      [
        8,
        (who) => {
          const { roomId, seq, threadOf } = pick(messages);
          const path = `/api/rooms/${roomId}/threads/${threadOf ?? seq}/read`;
          return who.does('PUT', path, { seq: pick([seq, 5, 20, 99_999]) });
        },
      ],
      [20, (who) => who.reacts(pick(messages), pick(EMOJI))],
      [10, (who) => who.does('DELETE', reactionPath(pick(messages), pick(EMOJI)))],
      [8, (who) => who.does('PUT', `${room()}/read`, { seq: pick([1, 5, 20, 99_999]) })],
      [4, (who) => who.does('PUT', `${room()}/notifications`, { level: pick(LEVELS) })],
      [4, (who) => who.does('PUT', `${room()}/unread`, { seq: pick([1, 2, 10, 99_999]) })],
      [4, (who) => who.does(pick(['PUT', 'DELETE']), `${room()}/favourite`)],
      [8, (who) => who.does(pick(['PUT', 'PUT', 'DELETE']), `${messagePath()}/saved`)],
      [3, (who) => who.makes(randomUUID(), pick(['public', 'private'])).then(remember(rooms))],
      [
        2,
        (who) =>
          who
            .does<Room>('POST', '/api/rooms', { kind: 'direct', userId: pick(people).id })
            .then(remember(rooms)),
      ],
      [10, (who) => who.does('POST', `${room()}/members`)],
      [8, (who) => who.does('DELETE', `${room()}/members/${pick(people).id}`)],
      [
        6,
        (who) =>
          who.does('PATCH', `${room()}/members/${pick(people).id}`, {
            role: pick(['owner', 'member']),
          }),
      ],
      [8, (who) => who.does('POST', `${room()}/invitations`, { userId: pick(people).id })],
      [4, (who) => who.does('DELETE', `${room()}/invitations/${pick(people).id}`)],
      [6, (who) => who.does('PATCH', room(), { name: randomUUID() })],
      [2, (who) => who.does('PATCH', room(), { archived: chance(0.3) })],
      [
        3,
        (who) =>
          who
            .does<User>('POST', '/api/users', { firstname: 'En', lastname: 'TRY' })
            .then(remember(entries)),
      ],
      [
        3,
        (who) => who.does('PATCH', `/api/users/${pick(entries).id}`, { firstname: randomUUID() }),
      ],
      [1, (who) => who.does('DELETE', `/api/users/${entries.pop()!.id}`)],
      [
        6,
        () =>
          shop
            .notifies(
              pick([
                { userId: pick(people).id },
                { everyone: true },
                { topic: `rooms/${pick(rooms).id}` },
              ]),
              'sent',
            )
            .then(remember(sent)),
      ],
      [6, (who) => who.does('PUT', '/api/me/notifications/read', { upTo: pick(sent).id })],
      [
        1,
        (who) =>
          Person.signIn(application.url, who.user.username!).then((other) =>
            other.does('DELETE', '/api/session'),
          ),
      ],
    ];
    const bag = actions.flatMap(([weight, action]) => Array.from({ length: weight }, () => action));
    const act = async (rounds: number) => {
      const one = async () => {
        for (let n = 0; n < rounds / ACTORS; n++)
          // Nothing may be there yet for some of it.
          await Promise.resolve(pick(people))
            .then(pick(bag))
            .catch(() => undefined);
      };
      await Promise.all(Array.from({ length: ACTORS }, one));
    };

    for (const who of people) rooms.push(await who.makes(`of ${who.user.username}`));
    entries.push(await people[0]!.does('POST', '/api/users', { firstname: 'En', lastname: 'TRY' }));
    messages.push(await people[0]!.says(rooms[0]!, 'first'));
    await act(ROUNDS / 2);

    // While it goes on: the snapshots are of different moments, and none is the stream's own.
    const running = act(ROUNDS);
    const begun = await Promise.all(
      people.map(async (person) => {
        const { state, cursor } = await snapshotOf(person);
        return {
          person,
          state,
          stream: await person.listens('/api/events', { 'Last-Event-ID': cursor }),
        };
      }),
    );
    await Promise.all([running, eachOnce(shop, people as [Person, Person, Person])]);
    const seen = () =>
      new Set(begun.flatMap(({ stream }) => eventsOf(stream).map(({ name }) => name)));
    const end = await send(application.url, 'POST', '/api/users', {
      firstname: 'The',
      lastname: 'END',
    });
    const { id: last } = (await end.json()) as User;

    for (const { person, state: before, stream } of begun) {
      await stream.until(({ events }) =>
        events.some(({ data }) => (data as { id?: string }).id === last),
      );
      const received = eventsOf(stream);
      const folded = received.reduce(foldEvent, before);
      const { state: after } = await snapshotOf(person);
      expect(comparable(folded, after)).toEqual(comparable(after, folded));
      expect(partOf(after, memberships).length).toBeGreaterThan(0);
      await stream.close();
    }
    expect(unknown).toBe('none');
    expect([...seen()].toSorted()).toEqual([...eventNames].toSorted());
  }, 90_000);
});
