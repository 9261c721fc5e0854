import { encodePageCursor } from '../src/http/page-cursor.js';
import type { Message } from '../src/rooms/room/message.js';
import type { Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { ENGINES, type EngineUnderTest } from './support/engines.js';
import { Program } from './support/program.js';
import { PASSWORD, Person } from './support/people.js';
import { createUser, problemOf } from './support/requests.js';

interface Item {
  readonly id?: string;
  readonly userId?: string;
  readonly room?: Room;
  readonly message?: Message;
  readonly roomId?: string;
  readonly seq?: number;
}

const idOf = ({ id, userId, room, message, roomId, seq }: Item): string =>
  room ? `${room.id} ${userId ?? ''}` : (message?.id ?? id ?? userId ?? `${roomId} ${seq}`);

const nextOf = (response: Response): string | undefined =>
  /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];

describe.each(ENGINES)('the pages of a list, on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let ada: Person;
  let bob: Person;
  let room: Room;
  /** Ada's, and with them lists with several items each. */
  let lists: string[];

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({
      DATABASE_URL: await engine.createDatabase(),
      SEARCHES_PER_MINUTE: '1000',
    });
    ada = await Person.signUp(application.url, 'ada');
    bob = await Person.signUp(application.url, 'bob');
    room = await ada.makes('Library');
    await bob.joins(room);
    const shop = await Program.notifier(application);
    const closed = await ada.makes('Closed stacks', 'private');
    const said: Message[] = [];
    for (const username of ['guest.one', 'guest.two', 'guest-three']) {
      const guest = await Person.signUp(application.url, username);
      await guest.joins(room);
      const private_ = await guest.makes(`Private of ${username}`, 'private');
      await guest.does('POST', `/api/rooms/${private_.id}/invitations`, { userId: ada.id });
      await Person.signIn(application.url, 'ada');
      await ada.makes(`Another library of ${username}`);
      const blocked = await createUser(application.url, `Blocked by ${username}`);
      await ada.does('PUT', `/api/me/blocks/${blocked.id}`);
      await ada.does('POST', `/api/rooms/${closed.id}/invitations`, { userId: guest.id });
      said.push(await ada.says(room, `quagga ${username}`));
      await shop.notifies({ userId: ada.id }, username);
    }
    for (const message of said) {
      await ada.does('PUT', `/api/rooms/${room.id}/messages/${message.id}/saved`);
      await bob.repliesTo(message, 'Indeed');
    }
    lists = [
      '/api/users?',
      '/api/users?order=desc',
      '/api/users?q=guest',
      '/api/users?q=guest&order=desc',
      '/api/rooms?',
      '/api/rooms?order=desc',
      '/api/me/rooms?',
      '/api/me/rooms?order=desc',
      '/api/me/invitations?',
      '/api/me/invitations?order=desc',
      '/api/me/blocks?',
      '/api/me/blocks?order=desc',
      '/api/me/saved?',
      '/api/me/threads?',
      '/api/me/notifications?',
      '/api/me/notifications?unread=true',
      '/api/sessions?',
      `/api/rooms/${room.id}/members?`,
      `/api/rooms/${room.id}/members?order=desc`,
      `/api/rooms/${room.id}/threads?`,
      `/api/rooms/${closed.id}/invitations?`,
      `/api/rooms/${closed.id}/invitations?order=desc`,
      '/api/messages?q=quagga',
      `/api/messages?q=quagga&room=${room.id}`,
    ];
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  /** All items from an address on, with `between` run after each page. */
  async function walk(
    path: string,
    between: (page: readonly Item[]) => unknown = () => undefined,
  ): Promise<string[]> {
    const seen: string[] = [];
    for (let next: string | undefined = path; next;) {
      const response = await ada.send('GET', next);
      const page = (await response.json()) as Item[];
      if (response.status !== 200) throw new Error(JSON.stringify(page));
      if (seen.length > 0) expect(page).not.toHaveLength(0);
      seen.push(...page.map(idOf));
      await between(page);
      next = nextOf(response);
      if (seen.length > 200) throw new Error('does not end');
    }
    return seen;
  }

  it('give each item once, in the order of the whole list, one by one and exactly full', async () => {
    for (const list of lists) {
      const response = await ada.send('GET', `${list}&limit=200`);
      const whole = ((await response.json()) as Item[]).map(idOf);
      expect(whole.length).toBeGreaterThan(2);
      expect(nextOf(response)).toBeUndefined();
      expect([list, await walk(`${list}&limit=1`)]).toEqual([list, whole]);
      const full = await ada.send('GET', `${list}&limit=${whole.length}`);
      expect([list, nextOf(full)]).toEqual([list, undefined]);
      const almost = await ada.send('GET', `${list}&limit=${whole.length - 1}`);
      expect(nextOf(almost)).toBeDefined();
      const last = (await (await ada.send('GET', nextOf(almost)!)).json()) as Item[];
      expect([list, last.map(idOf)]).toEqual([list, whole.slice(-1)]);
    }
  });

  it('are named to a HEAD as to a GET, and may change in size', async () => {
    for (const list of lists) {
      const first = `${list}&limit=1`;
      const next = nextOf(await ada.send('HEAD', first));
      expect(next).toBe(nextOf(await ada.send('GET', first)));
      const rest = (await (
        await ada.send('GET', next!.replace('limit=1', 'limit=200'))
      ).json()) as Item[];
      const whole = (await (await ada.send('GET', `${list}&limit=200`)).json()) as Item[];
      expect(rest).toEqual(whole.slice(1));
    }
  });

  it('are refused a cursor that is of another list, order, filter or caller, or that is none', async () => {
    const cursors = await Promise.all(
      lists.map(async (list) => {
        const next = nextOf(await ada.send('GET', `${list}&limit=1`))!;
        return new URLSearchParams(next.slice(next.indexOf('?'))).get('after')!;
      }),
    );
    for (const [own, list] of lists.entries()) {
      for (const [index, cursor] of cursors.entries()) {
        const response = await ada.send('GET', `${list}&after=${cursor}`);
        expect([list, lists[index], response.status]).toEqual([
          list,
          lists[index],
          index === own ? 200 : 400,
        ]);
      }
      const good = cursors[own]!;
      for (const cursor of [
        ada.id,
        '',
        'x',
        '=',
        `${good}A`,
        good.slice(0, -1),
        `${good}=`,
        `${good.slice(0, 20)}!${good.slice(20)}`,
      ]) {
        const response = await ada.send('GET', `${list}&after=${encodeURIComponent(cursor)}`);
        expect([list, cursor, response.status]).toEqual([list, cursor, 400]);
        const { errors, detail } = await problemOf(response);
        expect(errors![0]!.field).toBe('after');
        expect(detail).toContain('of this list, for the same caller and the same parameters');
        expect(detail).toContain('from the Link header');
      }
    }
    for (const path of ['/api/messages?q=quagga', '/api/me/rooms?']) {
      const cursor = cursors[lists.indexOf(path)]!;
      expect((await bob.send('GET', `${path}&after=${cursor}`)).status).toBe(400);
    }
  });

  it('are refused a forged cursor whose key is none of the list', async () => {
    const forge = (link: URL, key: string) => {
      const given = [...link.searchParams].filter(([name]) => !['limit', 'after'].includes(name));
      return encodePageCursor(JSON.stringify([ada.id, link.pathname, given.toSorted()]), key);
    };
    for (const list of lists) {
      const link = new URL(nextOf(await ada.send('GET', `${list}&limit=1`))!, application.url);
      const cursor = link.searchParams.get('after')!;
      expect(forge(link, Buffer.from(cursor, 'base64url').toString('utf8', 9))).toBe(cursor);
      for (const key of ['', 'x', '-1', '1.5', '9'.repeat(16), `x.${room.id}.1`, `${room.id}.x`]) {
        const response = await ada.send('GET', `${list}&after=${forge(link, key)}`);
        expect([list, key, response.status]).toEqual([list, key, 400]);
      }
    }
  });

  it('are good for an address whose ids are written in upper case', async () => {
    const path = (id: string) => `/api/rooms/${id}/members?limit=1`;
    const upper = nextOf(await ada.send('GET', path(room.id.toUpperCase())))!;
    const lower = upper.replace(room.id.toUpperCase(), room.id);
    expect(lower).not.toBe(upper);
    expect((await ada.send('GET', lower)).status).toBe(200);
  });

  it('go on after users who were erased or left, and rooms that were left, and miss and repeat nobody', async () => {
    const made: Person[] = [];
    for (let n = 0; n < 4; n++) made.push(await Person.signUp(application.url, `gone.${n}`));
    const erase = async ([one]: readonly Item[]) => {
      await made
        .find(({ id }) => id === one?.id)
        ?.does('DELETE', '/api/me', { password: PASSWORD });
      await createUser(application.url, 'Meanwhile');
    };
    const byName = await walk('/api/users?q=@gone.&limit=1', erase);
    expect(byName).toEqual(made.map(({ id }) => id));

    const rooms: Room[] = [];
    for (let n = 0; n < 4; n++) rooms.push(await ada.makes(`Left ${n}`));
    const shown = await walk('/api/me/rooms?limit=200');
    const leave = ([one]: readonly Item[]) =>
      rooms.some(({ id }) => id === one!.room!.id) &&
      ada.send('DELETE', `/api/rooms/${one!.room!.id}/members/${ada.id}`);
    expect(await walk('/api/me/rooms?limit=1', leave)).toEqual(shown);
  });

  it('of a search go on after its reader has left the room of the message, or the message was deleted', async () => {
    const other = await bob.makes('Other library');
    await ada.joins(other);
    const said: Message[] = [];
    for (let n = 0; n < 6; n++) said.push(await ada.says(n % 2 ? other : room, `okapi ${n}`));
    const first = await ada.send('GET', '/api/messages?q=okapi&limit=1');
    expect(((await first.json()) as Message[])[0]!.id).toBe(said[5]!.id);
    await ada.does('DELETE', `/api/rooms/${other.id}/members/${ada.id}`);
    const remaining = [said[4]!, said[2]!, said[0]!].map(({ id }) => id);
    const remove = ([one]: readonly Item[]) =>
      ada.does('DELETE', `/api/rooms/${room.id}/messages/${one!.id}`);
    expect(await walk(nextOf(first)!, remove)).toEqual(remaining);
  });

  it('of a search in a room are refused once its reader has left it, as in a room that there is not', async () => {
    const left = await bob.makes('Left library', 'private');
    await bob.brings(ada, left);
    for (let n = 0; n < 2; n++) await ada.says(left, `zebra ${n}`);
    const inRoom = (id: string) => `/api/messages?q=zebra&limit=1&room=${id}`;
    const next = nextOf(await ada.send('GET', inRoom(left.id)))!;
    await ada.does('DELETE', `/api/rooms/${left.id}/members/${ada.id}`);
    const refusals = [next, inRoom(left.id), inRoom(ada.id)].map((path) => ada.send('GET', path));
    for (const response of await Promise.all(refusals)) {
      expect(response.status).toBe(400);
      const detail = 'must be the id of a room that you are a member of';
      expect((await problemOf(response)).errors).toEqual([{ field: 'room', detail }]);
    }
  });

  it('of the history name the others where a place is beyond the first or the last message', async () => {
    const history = await ada.makes('History');
    const path = `/api/rooms/${history.id}/messages`;
    const page = async (query: string) => {
      const response = await ada.send('GET', `${path}?${query}`);
      return {
        seqs: ((await response.json()) as Message[]).map(({ seq }) => seq),
        link: response.headers.get('link'),
        last: response.headers.get('last-seq'),
      };
    };
    const nobody = { seqs: [], link: null, last: '0' };
    for (const query of ['before=9', 'after=0', 'after=9', 'around=1'])
      expect(await page(query)).toEqual(nobody);
    for (let n = 1; n <= 3; n++) await ada.says(history, `message ${n}`);
    const older = `<${path}?limit=2&before=4>; rel="prev"`;
    const newer = `<${path}?limit=2&after=0>; rel="next"`;
    const far = Number.MAX_SAFE_INTEGER;
    for (const query of ['before=0', 'before=1'])
      expect(await page(`limit=2&${query}`)).toEqual({ seqs: [], link: newer, last: '3' });
    for (const query of ['after=3', 'after=9', `after=${far}`])
      expect(await page(`limit=2&${query}`)).toEqual({ seqs: [], link: older, last: '3' });
    expect(await page('limit=1&around=9')).toEqual({
      seqs: [],
      link: older.replace('=2', '=1'),
      last: '3',
    });
    const newest = { seqs: [2, 3], link: `<${path}?limit=2&before=2>; rel="prev"`, last: '3' };
    for (const query of ['', 'before=4', 'before=99', `before=${far}`])
      expect(await page(`limit=2&${query}`)).toEqual(newest);
    expect((await page('limit=2&around=0')).seqs).toEqual([1, 2]);
    expect(await page('limit=3')).toEqual({ seqs: [1, 2, 3], link: null, last: '3' });
  });
});
