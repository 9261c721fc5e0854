import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { subscribe } from './support/raw-subscriber.js';
import { createUser, listUsers, patch, post, problemCode, problemOf } from './support/requests.js';
import type { User } from '../src/users/user.js';

describe.each(ENGINES)('users on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let users: string;

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({ DATABASE_URL: await engine.createDatabase() });
    users = `${application.url}/api/users`;
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const remove = (id: string, headers: Record<string, string> = {}) =>
    fetch(`${users}/${id}`, { method: 'DELETE', headers });

  it('answers a creation with 201, where the user is, and the user', async () => {
    const response = await post(users, { firstname: 'John', lastname: 'DOE' });

    expect(response.status).toBe(201);
    const user = (await response.json()) as User;
    expect(user).toEqual({
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
      firstname: 'John',
      lastname: 'DOE',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: user.createdAt,
    });
    expect(response.headers.get('location')).toBe(`/api/users/${user.id}`);
    const found = await fetch(`${application.url}${response.headers.get('location')}`);
    expect(await found.json()).toEqual(user);
    expect(found.headers.get('etag')).toBe(response.headers.get('etag'));
  });

  it('leaves the body out of the answer when the client prefers that', async () => {
    const prefer = { Prefer: 'respond-async, return=minimal' };
    const created = await post(users, { firstname: 'Min', lastname: 'Imal' }, prefer);
    expect(created.status).toBe(204);
    expect(await created.text()).toBe('');
    expect(created.headers.get('preference-applied')).toBe('return=minimal');

    const address = `${application.url}${created.headers.get('location')}`;
    const changed = await patch(address, { firstname: 'Max' }, prefer);
    expect(changed.status).toBe(204);
    expect(await (await fetch(address)).json()).toMatchObject({ firstname: 'Max' });
  });

  it.each([
    ['Arabic', 'مُحَمَّد', 'الخوارزمي'],
    ['Chinese beyond the BMP', '𠮷', '野家'],
    ['Devanagari with joiners', 'क्ष', 'श्री\u200dमान'],
    ['an emoji family', '👨‍👩‍👧‍👦', '🏳️‍🌈'],
    ['Cherokee', 'ᏣᎳᎩ', 'ᎦᏬᏂᎯᏍᏗ'],
    ['Hebrew with points', 'דָּוִד', 'בֶּן־גּוּרִיּוֹן'],
    ['quotes and markup', `"O'Neil"`, '<script>\\u0000</script>'],
  ])(
    'keeps %s as it came, in the database, over REST and on the stream',
    async (_, firstname, lastname) => {
      const subscriber = await subscribe(application.port, '/api/users/event');
      const user = await createUser(application.url, firstname, lastname);
      const expected = {
        firstname: firstname.normalize('NFC'),
        lastname: lastname.normalize('NFC'),
      };

      expect(user).toMatchObject(expected);
      expect(await (await fetch(`${users}/${user.id}`)).json()).toEqual(user);
      // What was committed just before may reach the subscriber, too.
      const delivered = () =>
        subscriber.of('update').find(({ data }) => (data as User).id === user.id);
      await subscriber.until(() => delivered() !== undefined);
      expect(delivered()!.data).toEqual(user);
      await subscriber.close();
    },
  );

  it('trims names, composes their characters, and counts code points', async () => {
    expect(await createUser(application.url, '  Zoe\u0308\u00a0', '\n\tNuñez ')).toMatchObject({
      firstname: 'Zoë',
      lastname: 'Nuñez',
    });
    expect((await post(users, { firstname: '𠮷'.repeat(200), lastname: 'x' })).status).toBe(201);
    expect((await post(users, { firstname: '𠮷'.repeat(201), lastname: 'x' })).status).toBe(422);
  });

  it.each([
    ['a name that is missing', { firstname: 'John' }, ['lastname'], 'is missing'],
    [
      'a name of spaces',
      { firstname: ' \u3000', lastname: 'x' },
      ['firstname'],
      'must not be empty',
    ],
    ['a name that is a number', { firstname: 7, lastname: 'x' }, ['firstname'], 'must be a string'],
    [
      'a name that is an object',
      { firstname: {}, lastname: 'x' },
      ['firstname'],
      'must be a string',
    ],
    ['a line break', { firstname: 'a\nb', lastname: 'x' }, ['firstname'], 'control characters'],
    ['a NUL', { firstname: 'a\0b', lastname: 'x' }, ['firstname'], 'control characters'],
    ['an unpaired surrogate', { firstname: '\ud800', lastname: 'x' }, ['firstname'], 'surrogate'],
    [
      'a name that cannot be seen',
      { firstname: '\u200b\u2060', lastname: 'x' },
      ['firstname'],
      'visible character',
    ],
    [
      'a property that every object has',
      { firstname: 'a', lastname: 'b', constructor: 1 },
      ['constructor'],
      'an unknown property',
    ],
    [
      'two mistakes',
      { firstname: '', lastname: '' },
      ['firstname', 'lastname'],
      'must not be empty',
    ],
    [
      'an unknown property',
      { firstname: 'a', lastname: 'b', admin: true },
      ['admin'],
      'an unknown property',
    ],
  ])(
    'refuses %s, names the field and says what would be right',
    async (_, body, fields, detail) => {
      const before = await listUsers(application.url, '?limit=1000');
      const response = await post(users, body);

      expect(response.status).toBe(422);
      const problem = await problemOf(response);
      expect(problem.type).toBe('urn:carillon:problem:validation-failed');
      expect(problem.errors!.map(({ field }) => field)).toEqual(fields);
      expect(problem.errors!.map(({ pointer }) => pointer)).toEqual(
        fields.map((name) => `#/${name}`),
      );
      expect(problem.errors![0]!.detail).toContain(detail);
      expect(await listUsers(application.url, '?limit=1000')).toEqual(before);
    },
  );

  it.each([['[]'], ['[{"firstname":"a","lastname":"b"}]'], ['"text"'], ['null'], ['7']])(
    'refuses the body %s, which is not an object',
    async (body) => {
      const response = await post(users, body);
      expect(response.status).toBe(422);
      expect((await problemOf(response)).detail).toBe('The body must be a JSON object.');
    },
  );

  it('takes __proto__ for the unknown property that it is', async () => {
    const response = await post(users, '{"firstname":"a","lastname":"b","__proto__":{"id":"x"}}');
    expect(response.status).toBe(422);
    expect(({} as { id?: string }).id).toBeUndefined();
  });

  describe('changing', () => {
    it('changes what is there and leaves the rest', async () => {
      const user = await createUser(application.url, 'Ada', 'Byron');
      const response = await patch(`${users}/${user.id}`, { lastname: 'Lovelace' });

      expect(response.status).toBe(200);
      const changed = (await response.json()) as User;
      expect(changed).toEqual({ ...user, lastname: 'Lovelace', updatedAt: changed.updatedAt });
      expect(changed.updatedAt >= user.updatedAt).toBe(true);
    });

    it('takes an id in either case', async () => {
      const user = await createUser(application.url, 'Upper');
      expect((await fetch(`${users}/${user.id.toUpperCase()}`)).status).toBe(200);
    });

    it('refuses null, which is not a name', async () => {
      const user = await createUser(application.url, 'Ada');
      expect((await patch(`${users}/${user.id}`, { firstname: null })).status).toBe(422);
    });

    it('carries out the change when If-Match names the version that is there', async () => {
      const user = await createUser(application.url, 'Grace');
      const etag = (await fetch(`${users}/${user.id}`)).headers.get('etag')!;
      const headers = { 'If-Match': `"other", ${etag}` };
      const changed = await patch(`${users}/${user.id}`, { firstname: 'Hopper' }, headers);

      expect(changed.status).toBe(200);
      expect(changed.headers.get('etag')).not.toBe(etag);
      expect((await fetch(`${users}/${user.id}`)).headers.get('etag')).toBe(
        changed.headers.get('etag'),
      );
    });

    it('answers 412 to the second of two editors, and changes nothing', async () => {
      const user = await createUser(application.url, 'Both');
      const address = `${users}/${user.id}`;
      const etag = (await fetch(address)).headers.get('etag')!;
      const answers = await Promise.all(
        ['one', 'two'].map((firstname) => patch(address, { firstname }, { 'If-Match': etag })),
      );

      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412]);
      const loser = answers.find(({ status }) => status === 412)!;
      expect(await problemCode(loser)).toBe('precondition-failed');
      const winner = answers.find(({ status }) => status === 200)!;
      expect(await (await fetch(address)).json()).toEqual(await winner.json());

      expect((await remove(user.id, { 'If-Match': etag })).status).toBe(412);
      expect((await fetch(address)).status).toBe(200);
      expect((await remove(user.id, { 'If-Match': '*' })).status).toBe(204);
    });

    it('answers 400 to an If-Match that is not a list of entity tags', async () => {
      const user = await createUser(application.url, 'Tag');
      const response = await patch(`${users}/${user.id}`, {}, { 'If-Match': 'no-quotes' });
      expect(response.status).toBe(400);
      expect((await problemOf(response)).detail).toContain('double quotes');
    });
  });

  it('removes, and answers 404 from then on', async () => {
    const user = await createUser(application.url, 'Gone');
    expect((await remove(user.id)).status).toBe(204);
    for (const response of [
      await fetch(`${users}/${user.id}`),
      await patch(`${users}/${user.id}`, { firstname: 'x' }),
      await remove(user.id),
    ]) {
      expect(response.status).toBe(404);
      expect(await problemCode(response)).toBe('not-found');
    }
  });

  it.each(['x', '00000000-0000-7000-8000-000000000000', '%00', 'a%00b', '%F0%A0%AE%B7'])(
    'answers 404 to the id %p, which no user has',
    async (id) => {
      for (const response of [
        await fetch(`${users}/${id}`),
        await patch(`${users}/${id}`, { firstname: 'x' }),
        await remove(id),
      ]) {
        expect(response.status).toBe(404);
        expect(await problemCode(response)).toBe('not-found');
      }
    },
  );

  describe('the list', () => {
    it('pages by keyset: following rel=next gives each user once, also while others come and go', async () => {
      const made: string[] = [];
      for (let i = 0; i < 25; i++) made.push((await createUser(application.url, `Page ${i}`)).id);

      for (const order of ['asc', 'desc']) {
        const seen: string[] = [];
        let next: string | undefined = `/api/users?limit=7&order=${order}`;
        while (next) {
          const response: Response = await fetch(`${application.url}${next}`);
          const page = (await response.json()) as User[];
          expect(page.length).toBeLessThanOrEqual(7);
          seen.push(...page.map(({ id }) => id));
          await remove(page[0]!.id);
          await createUser(application.url, 'Meanwhile');
          next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
          if (seen.length > 300) throw new Error('does not end');
        }
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen).toEqual(order === 'asc' ? seen.toSorted() : seen.toSorted().toReversed());
        const left = (await listUsers(application.url, '?limit=1000')).map(({ id }) => id);
        for (const id of made.filter((id) => left.includes(id))) expect(seen).toContain(id);
      }
    });

    it('has no rel=next on its last page', async () => {
      const response = await fetch(`${users}?limit=1000`);
      expect(response.headers.get('link')).toBeNull();
    });

    it.each([
      'limit=0',
      'limit=1001',
      'limit=ten',
      'limit=-1',
      'after=x',
      'order=up',
      'q=',
      `q=${'a'.repeat(101)}`,
      'username=a',
      'limt=5',
      'limit=1&limit=2',
    ])('refuses ?%s and names the parameter', async (query) => {
      const response = await fetch(`${users}?${query}`);
      expect(response.status).toBe(400);
      const problem = await problemOf(response);
      expect(problem.errors![0]!.field).toBe(query.split('=')[0]);
    });
  });
});
