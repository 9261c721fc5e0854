import { UnitOfWork } from '@carillon/nestjs';
import { NIL, v7 as uuidv7 } from 'uuid';
import { encodePageCursor } from '../src/http/page-cursor.js';
import type { ListedMember } from '../src/rooms/members/members-list.js';
import type { Room } from '../src/rooms/room/room.js';
import { MembersRepository } from '../src/rooms/room/members.repository.js';
import { UsersRepository } from '../src/users/users.repository.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { Person } from './support/people.js';

const LARGE = 1200;

/** The id in a cursor of a search, after its version and checksum. */
const userIn = (cursor: string): string =>
  Buffer.from(cursor, 'base64url').toString('utf8', 9).split(' ')[1]!;

describe.each(ENGINES)('the members of a large room on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let ada: Person;
  let room: Room;
  let memberIds: Set<string>;

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({ DATABASE_URL: await engine.createDatabase() });
    ada = await Person.signUp(application.url, 'ada', { firstname: 'Ada', lastname: 'Lovelace' });
    room = await ada.makes('Hall');
    memberIds = new Set([ada.id]);
    await fill();
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  async function fill(): Promise<void> {
    const [users, members] = [UsersRepository, MembersRepository].map((provider) =>
      application.app.get(provider as never, { strict: false }),
    ) as unknown as [UsersRepository, MembersRepository];
    const now = new Date().toISOString();
    await application.app.get(UnitOfWork, { strict: false }).run(async ({ db }) => {
      for (let n = 1; n < LARGE; n++) {
        const names = { firstname: 'Member', lastname: n === 1100 ? 'Chlo' : `No. ${n}` };
        const user = { id: uuidv7(), ...names, createdAt: now, updatedAt: now };
        await users.insert(db, user);
        const member = { userId: user.id, role: 'member' as const, joinedAt: now };
        await members.insertMember(db, room.id, member, 0);
        memberIds.add(user.id);
        const outsider = { ...user, id: uuidv7(), lastname: 'Outsider' };
        await users.insert(db, outsider);
      }
    });
  }

  async function pages(query: string) {
    const read: ListedMember[][] = [];
    const cursors: string[] = [];
    let count: string | null = null;
    for (let next: string | undefined = `/api/rooms/${room.id}/members?${query}`; next;) {
      const response: Response = await ada.send('GET', next);
      read.push((await response.json()) as ListedMember[]);
      count = response.headers.get('member-count');
      next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
      if (next) cursors.push(new URL(next, application.url).searchParams.get('after')!);
    }
    return { read, cursors, count };
  }

  it('are listed with their names, and counted', async () => {
    for (const order of ['asc', 'desc']) {
      const { read, count } = await pages(`limit=500&order=${order}`);
      expect(read.map(({ length }) => length)).toEqual([500, 500, 200]);
      expect(count).toBe(String(LARGE));
      const ids = read.flat().map(({ userId }) => userId);
      expect(ids).toEqual(order === 'asc' ? ids.toSorted() : ids.toSorted().toReversed());
      expect(new Set(ids).size).toBe(LARGE);
      expect(read.flat().every(({ userId, user }) => user.id === userId)).toBe(true);
    }
  });

  it('are found by name, behind more members than one page looks at', async () => {
    expect((await pages('q=@ad&limit=5')).read[0]).toMatchObject([
      { userId: ada.id, role: 'owner', user: { username: 'ada', firstname: 'Ada' } },
    ]);
    const { read, count } = await pages('q=member%20chl&limit=5');
    expect(read.map((page) => page.map(({ user }) => user.lastname))).toEqual([[], [], ['Chlo']]);
    expect(count).toBe(String(LARGE));
    expect((await pages('q=member&limit=1000')).read.flat()).toHaveLength(LARGE - 1);
    expect((await pages('q=!!')).read).toEqual([[]]);
  });

  it('are those of this room alone, also in page cursors', async () => {
    expect((await pages('q=outsider')).read).toEqual([[]]);
    for (const query of ['q=member&limit=100', 'q=member%20chl', 'q=m&order=desc']) {
      const { cursors } = await pages(query);
      expect(cursors.length).toBeGreaterThan(1);
      expect(cursors.map(userIn).filter((id) => !memberIds.has(id))).toEqual([]);
    }
  });

  it('do not include others for a forged cursor', async () => {
    const path = `/api/rooms/${room.id}/members`;
    const parameters = Object.entries({ order: 'asc', q: 'outsider' });
    const list = JSON.stringify([ada.id, path, parameters]);
    const forged = encodePageCursor(list, `outsider ${NIL}`);
    const { read } = await pages(`q=outsider&after=${forged}`);
    expect(read).toEqual([[]]);
  });
});
