import { randomUUID } from 'node:crypto';
import { type AsOf, type ChatState, emptyChat, foldChat } from '../client/src/chat/chat-fold.js';
import { type Fact, type FactName, factNames } from '../client/src/chat/facts.js';
import { foldPage, type History } from '../client/src/chat/history-fold.js';
import { byActivity } from '../client/src/chat/memberships-fold.js';
import type { RoomMembers } from '../client/src/chat/members-fold.js';
import type { Block } from '../src/rooms/block.js';
import type { Message } from '../src/rooms/message.js';
import type { Invitation, Member, Membership, Room } from '../src/rooms/room.js';
import type { User } from '../src/users/user.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import type { RawListener } from './support/listener.js';
import { PASSWORD, Person, send } from './support/people.js';
import { seeded } from './support/seeded.js';

const ROUNDS = 500;
/** People act at the same time, each one thing after the other. */
const ACTORS = 8;

const positionOf = (cursor: string): number => Number(cursor.split('-')[1]);

/** All that a page could show a person, as the API tells it now, with the cursor of each answer. */
async function snapshotOf(person: Person): Promise<{ state: ChatState; cursor: string }> {
  const read = async <T>(path: string): Promise<AsOf<T> & { cursor: string }> => {
    const response = await person.send('GET', path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    const cursor = response.headers.get('last-event-id')!;
    return { part: (await response.json()) as T, position: positionOf(cursor), cursor };
  };
  const memberships = await read<Membership[]>('/api/me/rooms?limit=1000').then((rooms) => ({
    ...rooms,
    part: byActivity(rooms.part),
  }));
  const blocks = await read<Block[]>('/api/me/blocks');
  const members = new Map<string, AsOf<RoomMembers>>();
  const histories = new Map<string, History>();
  for (const { room } of memberships.part) {
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
    const inRoom = { members: who.part, invitations: invitations.part };
    members.set(room.id, { part: inRoom, position });
    histories.set(room.id, foldPage(new Map(), page.part, page.position));
  }
  const users = await read<User[]>('/api/users?limit=1000');
  const state: ChatState = {
    ...emptyChat(person.id),
    memberships,
    blocks: { ...blocks, part: new Set(blocks.part.map(({ userId }) => userId)) },
    invitations: await read<Invitation[]>('/api/me/invitations'),
    people: new Map(users.part.map((user) => [user.id, user])),
    members,
    histories,
  };
  return { state, cursor: memberships.cursor };
}

const factsOf = ({ events }: RawListener): Fact[] =>
  events
    .filter(({ type }) => factNames.includes(type as FactName))
    .map(({ type, data, id }) => ({ name: type, data, position: positionOf(id!) }) as Fact);

/** The parts to compare, in an order of their own; what does not depend on what was loaded when. */
function comparable(state: ChatState, with_: ChatState) {
  const rooms = state.memberships.part.map(({ room }) => room.id);
  const known = rooms.filter((id) => state.members.has(id) && with_.members.has(id));
  const byId = <T extends { userId: string }>(list: readonly T[]) =>
    list.toSorted((one, other) => (one.userId < other.userId ? -1 : 1));
  return {
    memberships: state.memberships.part,
    blocks: [...state.blocks.part].toSorted(),
    invitations: state.invitations.part.toSorted((one, other) =>
      one.room.id < other.room.id ? -1 : 1,
    ),
    // Who deleted their account is not in the directory, and stays known under a pseudonym.
    people: [...state.people.values()]
      .filter(({ firstname }) => firstname !== 'Deleted user')
      .toSorted((one, other) => (one.id < other.id ? -1 : 1)),
    members: known.map((id) => [id, byId(state.members.get(id)!.part.members)]),
    invited: known.map((id) => [id, byId(state.members.get(id)!.part.invitations)]),
    // Of a room that was joined meanwhile, the stream brings what came after that.
    messages: rooms.map((id) => {
      const both = [...(state.histories.get(id) ?? [])].filter(([seq]) =>
        with_.histories.get(id)?.has(seq),
      );
      return [id, both.map(([, { message }]) => message).toSorted((a, b) => a.seq - b.seq)];
    }),
  };
}

/** What leads to each kind of fact, in rooms of their own, so that nothing of it depends on chance. */
async function eachOnce([ada, bob, cy]: [Person, Person, Person]): Promise<void> {
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
  await ada.does('DELETE', `${path}/messages/${said.id}`);
  for (const other of [cy, bob]) await ada.does('DELETE', `${path}/members/${other.id}`);

  await ada.does('PUT', `/api/me/blocks/${cy.id}`);
  await ada.does('DELETE', `/api/me/blocks/${cy.id}`);

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

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({
      DATABASE_URL: await engine.createDatabase(),
      SIGN_IN_ATTEMPTS: '0',
    });
    people = await Promise.all(
      ['ada', 'bob', 'cy', 'dan'].map((name) => Person.signUp(application.url, name)),
    );
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  it('equal a later snapshot, for every kind of fact, while all is changed at once', async () => {
    const { pick, chance } = seeded();
    const rooms: Room[] = [];
    const messages: Message[] = [];
    const entries: User[] = [];
    const remember =
      <T>(list: T[]) =>
      (one: T) =>
        void list.push(one);
    const room = () => `/api/rooms/${pick(rooms).id}`;
    const say = async (who: Person) => {
      const clientId = randomUUID();
      const text = `${chance(0.5) ? `@${pick(people).user.username} ` : ''}${clientId}`;
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
      [
        6,
        (who) =>
          who.does('PATCH', messagePath(), { text: `edited @${pick(people).user.username}` }),
      ],
      [4, (who) => who.does('DELETE', messagePath())],
      [8, (who) => who.does('PUT', `${room()}/read`, { seq: pick([1, 5, 20, 99_999]) })],
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
    await Promise.all([running, eachOnce(people as [Person, Person, Person])]);
    const seen = () =>
      new Set(begun.flatMap(({ stream }) => factsOf(stream).map(({ name }) => name)));
    const end = await send(application.url, 'POST', '/api/users', {
      firstname: 'The',
      lastname: 'END',
    });
    const { id: last } = (await end.json()) as User;

    for (const { person, state: before, stream } of begun) {
      await stream.until(({ events }) =>
        events.some(({ data }) => (data as { id?: string }).id === last),
      );
      const facts = factsOf(stream);
      const folded = facts.reduce(foldChat, before);
      const { state: after } = await snapshotOf(person);
      expect(comparable(folded, after)).toEqual(comparable(after, folded));
      expect(after.memberships.part.length).toBeGreaterThan(0);
      await stream.close();
    }
    expect([...seen()].toSorted()).toEqual(factNames.toSorted());
  }, 90_000);
});
