import { UnitOfWork } from '@carillon/nestjs';
import { v7 as uuidv7 } from 'uuid';
import type { User } from '../src/users/user.js';
import { UsersRepository } from '../src/users/users.repository.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { Person } from './support/people.js';
import { createUser, listUsers, patch } from './support/requests.js';

describe.each(ENGINES)('a search of users by name on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({ DATABASE_URL: await engine.createDatabase() });
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const found = async (q: string) =>
    (await listUsers(application.url, `?q=${encodeURIComponent(q)}`)).map(
      ({ firstname, lastname }) => `${firstname} ${lastname}`,
    );

  /** What the pages of a list have. */
  async function pages(path: string): Promise<User[][]> {
    const read: User[][] = [];
    for (let next: string | undefined = path; next && read.length < 50;) {
      const response: Response = await fetch(`${application.url}${next}`);
      read.push((await response.json()) as User[]);
      next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    }
    return read;
  }

  it('finds any part, in any script, whatever the case and the accents', async () => {
    const names = { firstname: 'Bob', lastname: 'Babbage' };
    await Person.signUp(application.url, 'b.difference_1', names);
    for (const [firstname, lastname] of [
      ['Chloé', "O'Brien-Smith"],
      ['太郎', '田中'],
      ['Анна', 'Ахматова'],
      ['สมชาย', 'ใจดี'],
      ['!!!', '???'],
    ])
      await createUser(application.url, firstname!, lastname);
    const expected = {
      'Bob Babbage':
        'bob, BABB, babbage bo, differ, @b.diff, ＠b.difference_1, b.difference_1, 1 bob',
      "Chloé O'Brien-Smith": "chloe, CHLOÉ, chloe\u0301, o'br, obrien, smith c, brien",
      '太郎 田中': '田, 中, 田中, 郎 田',
      'Анна Ахматова': 'ахм',
      'สมชาย ใจดี': 'ใจ',
    };
    for (const [name, queries] of Object.entries(expected))
      for (const q of queries.split(', '))
        expect({ q, found: await found(q) }).toEqual({ q, found: [name] });
    for (const q of ['bob chloe', 'abbage', '@babbage', '!!!', '@b.difference_12'])
      expect({ q, found: await found(q) }).toEqual({ q, found: [] });
  });

  it('finds users by their present names alone', async () => {
    const { id } = await createUser(application.url, 'Before', 'Marriage');
    await patch(`${application.url}/api/users/${id}`, { firstname: 'After' });
    expect(await found('before marriage')).toEqual([]);
    expect(await found('after marriage')).toEqual(['After Marriage']);
    await fetch(`${application.url}/api/users/${id}`, { method: 'DELETE' });
    expect(await found('after marriage')).toEqual([]);
  });

  it('returns an exact match first, and each user once', async () => {
    const made = Array.from({ length: 7 }, (_, i) => `find.me${i > 0 ? `-${7 - i}` : ''}`);
    for (const username of [...made, 'find', 'other', 'findling'])
      await Person.signUp(application.url, username);
    const usernames = async (path: string) =>
      (await pages(path)).flat().map(({ username }) => username);
    const [first] = await listUsers(application.url, '?q=@FIND&limit=1');
    expect(first!.username).toBe('find');
    for (const order of ['asc', 'desc']) {
      const sorted = made.toSorted();
      expect(await usernames(`/api/users?q=@find.&limit=3&order=${order}`)).toEqual(
        order === 'asc' ? sorted : sorted.toReversed(),
      );
    }
    // Several words of each begin with it.
    const all = await usernames('/api/users?q=find&limit=1');
    expect(all.toSorted()).toEqual([...made, 'find', 'findling'].toSorted());
  });

  it('looks at a limited number of users for one page, and at all of them in the end', async () => {
    const createdAt = new Date().toISOString();
    const users = Array.from({ length: 1200 }, (_, n): User => {
      const lastname = n === 1100 ? 'Ytterby' : 'Zebra';
      return { id: uuidv7(), firstname: 'Zebulon', lastname, createdAt, updatedAt: createdAt };
    });
    const repository = application.app.get(UsersRepository, { strict: false });
    await application.app.get(UnitOfWork, { strict: false }).run(async ({ db }) => {
      for (const user of users) await repository.insert(db, user);
    });
    const rare = await pages('/api/users?q=zebulon%20ytt&limit=5');
    expect(rare.map(({ length }) => length)).toEqual([0, 0, 1]);
    const common = await pages('/api/users?q=zebulon%20zebra&limit=100');
    const zebras = users.filter(({ lastname }) => lastname === 'Zebra');
    expect(common.flat().map(({ id }) => id)).toEqual(zebras.map(({ id }) => id).toSorted());
  });
});
