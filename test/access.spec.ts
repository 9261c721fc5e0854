import { randomUUID } from 'node:crypto';
import { features } from '../src/app.module.js';
import type { Message } from '../src/rooms/room/message.js';
import type { Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { recordedTypes } from './support/event-types.js';
import { subscribe, type RawSubscriber } from './support/raw-subscriber.js';
import { addKey, keysOf, type TestKey } from './support/keys.js';
import { Program } from './support/program.js';
import { runAsOtherProgram } from './support/other-program.js';
import { PASSWORD, Person, reactionPath, send } from './support/people.js';
import { PostgresServer } from './support/postgres.js';
import { photo, postsFiles, uploads } from './support/uploads.js';
import { until } from './support/wait.js';

/**
 * Who tries: nobody, those whose sign-in or account is over, a program with a key, and those who are signed in and have no
 * business there.
 */
const CALLERS = [
  'stranger',
  'signed out',
  'expired',
  'erased',
  'key',
  'non-member',
  'removed',
] as const;
/** Of those, the ones whose token is good for nothing any more. */
const GONE = ['signed out', 'expired', 'erased'] as const;
type Caller = (typeof CALLERS)[number];

const ALL_OPEN = {
  stranger: 200,
  'signed out': 401,
  expired: 401,
  erased: 401,
  key: 403,
  'non-member': 200,
  removed: 200,
};
const SIGNED_IN = { stranger: 401, 'signed out': 401, expired: 401, erased: 401, key: 403 };
const always = (status: number): Record<Caller, number> => ({
  stranger: status,
  'signed out': status,
  expired: status,
  erased: status,
  key: status,
  'non-member': status,
  removed: status,
});
const open = (status: number) => ({
  ...ALL_OPEN,
  stranger: status,
  'non-member': status,
  removed: status,
});
const signedIn = (status: number) => ({ ...SIGNED_IN, 'non-member': status, removed: status });
/** In a private room, which is not there for who is not in it; in a public one they could join. */
const membersOf = (room: 'private' | 'public') => signedIn(room === 'private' ? 404 : 403);

interface Row {
  readonly path: string;
  readonly body?: () => unknown;
  readonly answers: Record<Caller, number>;
}

const OTHER = '019a1b2c-3d4e-7f60-8a1b-2c3d4e5f6071';

/** Every route of the API. One that is new and has no row here makes the test fail. */
const ROUTES = (
  room: 'private' | 'public',
  at: { room: string; message: string; file: string; member: string; entry: string },
): Record<string, Row> => {
  const inRoom = `/api/rooms/${at.room}`;
  const members = membersOf(room);
  return {
    'GET /health/live': { path: '/health/live', answers: always(200) },
    'GET /health/ready': { path: '/health/ready', answers: always(200) },

    'GET /api/users': { path: '/api/users', answers: ALL_OPEN },
    'POST /api/users': {
      path: '/api/users',
      body: () => ({ firstname: 'A', lastname: 'B' }),
      answers: open(201),
    },
    'GET /api/users/event': { path: '/api/users/event', answers: ALL_OPEN },
    'GET /api/users/{id}': { path: `/api/users/${at.entry}`, answers: ALL_OPEN },
    'PATCH /api/users/{id}': {
      path: `/api/users/${at.member}`,
      body: () => ({ firstname: 'Hacked' }),
      answers: open(403),
    },
    'DELETE /api/users/{id}': { path: `/api/users/${at.member}`, answers: open(409) },
    'POST /api/events': {
      path: '/api/events',
      body: () => ({ topic: 'orders/1', type: 'order.shipped', data: {} }),
      answers: { ...signedIn(403), key: 201 },
    },
    'GET /api/events': { path: '/api/events', answers: { ...ALL_OPEN, key: 200 } },
    // Of a room: nobody else may see who is in it.
    'GET /api/events/subscriptions': {
      path: `/api/events/subscriptions?topic=rooms/${at.room}`,
      answers: signedIn(403),
    },

    'POST /api/accounts': {
      path: '/api/accounts',
      body: () => ({ username: randomUUID().slice(0, 8), password: 'short' }),
      answers: always(422),
    },
    'POST /api/session': {
      path: '/api/session',
      body: () => ({ username: 'nobody', password: 'a wrong one' }),
      answers: always(401),
    },
    'GET /api/session': { path: '/api/session', answers: signedIn(200) },
    // Those who may would be signed out by it, and are needed for the other rows: a session that is not theirs instead.
    'DELETE /api/session': { path: '/api/session', answers: SIGNED_IN as Row['answers'] },
    'GET /api/sessions': { path: '/api/sessions', answers: signedIn(200) },
    // What is not valid, as those who may would be signed out.
    'DELETE /api/sessions': { path: '/api/sessions?except=other', answers: signedIn(400) },
    'DELETE /api/sessions/{id}': { path: `/api/sessions/${OTHER}`, answers: signedIn(404) },

    'POST /api/rooms': {
      path: '/api/rooms',
      body: () => ({ kind: 'direct', userId: OTHER }),
      answers: signedIn(422),
    },
    'GET /api/rooms': { path: '/api/rooms', answers: signedIn(200) },
    'GET /api/rooms/{id}': { path: inRoom, answers: signedIn(room === 'private' ? 404 : 200) },
    'PATCH /api/rooms/{id}': { path: inRoom, body: () => ({ name: 'Taken' }), answers: members },
    'PUT /api/me/password': {
      path: '/api/me/password',
      body: () => ({ current: 'a wrong one', password: 'another sentence' }),
      answers: signedIn(403),
    },
    // Those who may would be gone: a wrong password instead.
    'DELETE /api/me': {
      path: '/api/me',
      body: () => ({ password: 'a wrong one' }),
      answers: signedIn(403),
    },
    'GET /api/me/export': { path: '/api/me/export', answers: signedIn(200) },
    'GET /api/me/rooms': { path: '/api/me/rooms', answers: signedIn(200) },
    // Only programs with a key may.
    'POST /api/notifications': {
      path: '/api/notifications',
      body: () => ({ to: { everyone: true }, kind: 'x', title: 'x' }),
      answers: signedIn(403),
    },
    'GET /api/notifications/{id}': { path: `/api/notifications/${OTHER}`, answers: signedIn(403) },
    'GET /api/me/notifications': { path: '/api/me/notifications', answers: signedIn(200) },
    'GET /api/me/notifications/read': {
      path: '/api/me/notifications/read',
      answers: signedIn(200),
    },
    'PUT /api/me/notifications/read': {
      path: '/api/me/notifications/read',
      body: () => ({ upTo: OTHER }),
      answers: signedIn(200),
    },
    'GET /api/push/key': { path: '/api/push/key', answers: signedIn(200) },
    'PUT /api/push/subscription': {
      path: '/api/push/subscription',
      body: () => ({
        endpoint: 'https://push.example.net/1',
        p256dh:
          'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
        auth: 'BTBZMqHH6r4Tts7J_aSIgg',
      }),
      answers: signedIn(204),
    },
    'DELETE /api/push/subscription': {
      path: '/api/push/subscription',
      answers: signedIn(204),
    },
    'GET /api/me/blocks': { path: '/api/me/blocks', answers: signedIn(200) },
    'PUT /api/me/blocks/{userId}': { path: `/api/me/blocks/${OTHER}`, answers: signedIn(404) },
    'DELETE /api/me/blocks/{userId}': { path: `/api/me/blocks/${OTHER}`, answers: signedIn(204) },
    'GET /api/me/invitations': { path: '/api/me/invitations', answers: signedIn(200) },
    'GET /api/rooms/{id}/members': { path: `${inRoom}/members`, answers: members },
    // Joining a public room is what anyone may do who is signed in: of an archived one here, so that nobody gets in.
    'POST /api/rooms/{id}/members': {
      path: `${inRoom}/members`,
      answers: signedIn(room === 'private' ? 404 : 409),
    },
    'PATCH /api/rooms/{id}/members/{userId}': {
      path: `${inRoom}/members/${at.member}`,
      body: () => ({ role: 'member' }),
      answers: members,
    },
    'DELETE /api/rooms/{id}/members/{userId}': {
      path: `${inRoom}/members/${at.member}`,
      answers: members,
    },
    'GET /api/rooms/{id}/invitations': { path: `${inRoom}/invitations`, answers: members },
    'POST /api/rooms/{id}/invitations': {
      path: `${inRoom}/invitations`,
      body: () => ({ userId: at.member }),
      answers: members,
    },
    'DELETE /api/rooms/{id}/invitations/{userId}': {
      path: `${inRoom}/invitations/${at.member}`,
      answers: members,
    },
    'PUT /api/rooms/{id}/read': {
      path: `${inRoom}/read`,
      body: () => ({ seq: 1 }),
      answers: members,
    },
    'PUT /api/rooms/{id}/unread': {
      path: `${inRoom}/unread`,
      body: () => ({ seq: 1 }),
      answers: members,
    },
    'PUT /api/rooms/{id}/favourite': { path: `${inRoom}/favourite`, answers: members },
    'DELETE /api/rooms/{id}/favourite': { path: `${inRoom}/favourite`, answers: members },
    'PUT /api/rooms/{id}/notifications': {
      path: `${inRoom}/notifications`,
      body: () => ({ level: 'nothing' }),
      answers: members,
    },
    'POST /api/rooms/{id}/typing': { path: `${inRoom}/typing`, answers: members },
    'GET /api/rooms/{id}/messages': { path: `${inRoom}/messages`, answers: members },
    'POST /api/rooms/{id}/messages': {
      path: `${inRoom}/messages`,
      body: () => ({ clientId: randomUUID(), text: 'Let me in!' }),
      answers: members,
    },
    'GET /api/rooms/{id}/messages/{messageId}': {
      path: `${inRoom}/messages/${at.message}`,
      answers: members,
    },
    'PATCH /api/rooms/{id}/messages/{messageId}': {
      path: `${inRoom}/messages/${at.message}`,
      body: () => ({ text: 'Changed' }),
      answers: members,
    },
    'DELETE /api/rooms/{id}/messages/{messageId}': {
      path: `${inRoom}/messages/${at.message}`,
      answers: members,
    },
    'PUT /api/rooms/{id}/messages/{messageId}/reactions/{emoji}': {
      path: `${inRoom}/messages/${at.message}/reactions/%F0%9F%91%8D`,
      answers: members,
    },
    'DELETE /api/rooms/{id}/messages/{messageId}/reactions/{emoji}': {
      path: `${inRoom}/messages/${at.message}/reactions/%F0%9F%91%8D`,
      answers: members,
    },
    'PUT /api/rooms/{id}/files/{fileId}': {
      path: `${inRoom}/files/${randomUUID()}?name=file.txt`,
      body: () => 'Let me in!',
      answers: members,
    },
    'GET /api/rooms/{id}/files/{fileId}': {
      path: `${inRoom}/files/${at.file}`,
      answers: members,
    },
    'GET /api/rooms/{id}/files/{fileId}/preview': {
      path: `${inRoom}/files/${at.file}/preview`,
      answers: members,
    },
    'GET /api/rooms/{id}/lines': { path: `${inRoom}/lines`, answers: members },
    'GET /api/rooms/{id}/pins': { path: `${inRoom}/pins`, answers: members },
    'PUT /api/rooms/{id}/messages/{messageId}/pin': {
      path: `${inRoom}/messages/${at.message}/pin`,
      answers: members,
    },
    'DELETE /api/rooms/{id}/messages/{messageId}/pin': {
      path: `${inRoom}/messages/${at.message}/pin`,
      answers: members,
    },
    'GET /api/me/saved': { path: '/api/me/saved', answers: signedIn(200) },
    'PUT /api/rooms/{id}/messages/{messageId}/saved': {
      path: `${inRoom}/messages/${at.message}/saved`,
      answers: members,
    },
    'DELETE /api/rooms/{id}/messages/{messageId}/saved': {
      path: `${inRoom}/messages/${at.message}/saved`,
      answers: members,
    },
    'GET /api/me/threads': { path: '/api/me/threads', answers: signedIn(200) },
    'GET /api/rooms/{id}/threads': { path: `${inRoom}/threads`, answers: members },
    'GET /api/rooms/{id}/threads/{seq}/replies': {
      path: `${inRoom}/threads/1/replies`,
      answers: members,
    },
    'PUT /api/rooms/{id}/threads/{seq}/read': {
      path: `${inRoom}/threads/1/read`,
      body: () => ({ seq: 1 }),
      answers: members,
    },
    'GET /api/messages': { path: '/api/messages?q=hello', answers: signedIn(200) },
  };
};

describe('who may do what', () => {
  let application: RunningApplication;
  let people: Record<'owner' | 'member' | 'non-member' | 'removed', Person>;
  let gone: Record<(typeof GONE)[number], Person>;
  let key: TestKey;

  beforeAll(async () => {
    application = await startApplication({ SIGN_IN_ATTEMPTS: '0' });
    const { url } = application;
    const signUp = (name: string) => Person.signUp(url, name);
    people = {
      owner: await signUp('owner'),
      member: await signUp('member'),
      'non-member': await signUp('non-member'),
      removed: await signUp('removed'),
    };
    key = await addKey(application, { publish: ['*'], subscribe: ['*'] });
    // Both are in the rooms, and are refused since their sign-in is over.
    gone = {
      'signed out': await signUp('signed-out'),
      expired: await signUp('expired'),
      erased: await signUp('erased'),
    };
  });
  afterAll(() => application.stop());

  describe.each(['private', 'public'] as const)('every route, with a %s room', (kind) => {
    let room: Room;
    let message: Message;
    let rows: Record<string, Row>;

    beforeAll(async () => {
      const { owner, member, removed } = people;
      for (const name of ['signed out', 'expired'] as const)
        gone[name] = await Person.signIn(application.url, gone[name].user.username!);
      gone.erased = await Person.signUp(application.url, `erased-${kind}`);
      room = await owner.makes('Room', kind);
      for (const other of [member, removed, ...Object.values(gone)])
        await owner.brings(other, room);
      const file = await uploads(member, room, await photo());
      message = await postsFiles(member, room, [file], 'hello inside');
      await owner.does('DELETE', `/api/rooms/${room.id}/members/${removed.id}`);
      if (kind === 'public') await owner.does('PATCH', `/api/rooms/${room.id}`, { archived: true });
      await gone['signed out'].does('DELETE', '/api/session');
      await gone.erased.does('DELETE', '/api/me', { password: PASSWORD });
      await until(async () => (await membersIn(room)) === 4);
      await runAsOtherProgram(
        `sqlite:${application.database}`,
        `update sessions set expires_at = '2001-01-01T00:00:00.000Z' where id = '${gone.expired.sessionId}'`,
      );
      const entry = await owner.does<{ id: string }>('POST', '/api/users', {
        firstname: 'En',
        lastname: 'TRY',
      });
      rows = ROUTES(kind, {
        room: room.id,
        message: message.id,
        file: file.id,
        member: member.id,
        entry: entry.id,
      });
    });

    const membersIn = async ({ id }: Room): Promise<number> =>
      (await people.owner.gets<unknown[]>(`/api/rooms/${id}/members`)).length;

    const headersOf = (caller: Caller): Record<string, string> => {
      if (caller === 'stranger') return {};
      if (caller === 'key') return key.bearer;
      return (caller in gone ? gone[caller as keyof typeof gone] : people[caller as 'removed'])
        .bearer;
    };

    const attempt = async (name: string, { path, body }: Row, caller: Caller) => {
      const abort = new AbortController();
      const [method] = name.split(' ');
      const response = await fetch(application.url + path, {
        method: method!,
        headers: { 'Content-Type': 'application/json', ...headersOf(caller) },
        ...(body && { body: JSON.stringify(body()) }),
        signal: abort.signal,
      });
      const isStream = response.headers.get('content-type') === 'text/event-stream';
      const text = isStream ? '' : await response.text();
      abort.abort();
      return { status: response.status, text };
    };

    it('has a row in the table', async () => {
      const response = await fetch(`${application.url}/api/openapi.json`);
      const { paths } = (await response.json()) as { paths: Record<string, object> };
      const routes = Object.entries(paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      );
      expect(Object.keys(rows).toSorted()).toEqual(routes.toSorted());
    });

    it.each(CALLERS)(
      'answers a %s as the table says, and tells nothing of what is inside',
      async (caller) => {
        const expected: Record<string, number> = {};
        const answered: Record<string, number> = {};
        for (const [name, row] of Object.entries(rows)) {
          if (row.answers[caller] === undefined) continue;
          expected[name] = row.answers[caller];
          const { status, text } = await attempt(name, row, caller);
          answered[name] = status;
          expect(text).not.toContain('hello inside');
        }
        expect(answered).toEqual(expected);
      },
    );

    it('has changed nothing', async () => {
      const { owner } = people;
      const path = `/api/rooms/${room.id}`;
      expect(await owner.gets(path)).toMatchObject({ name: 'Room' });
      expect(await owner.gets(`${path}/messages`)).toEqual([message]);
      expect(await owner.gets(`${path}/invitations`)).toEqual([]);
      expect(await membersIn(room)).toBe(4);
    });
  });

  describe('every type of event', () => {
    type Hearer =
      'owner' | 'member' | 'newcomer' | 'non-member' | 'removed' | 'signed out' | 'stranger';
    const inRoom: Hearer[] = ['owner', 'member', 'newcomer'];
    const signedIn: Hearer[] = [...inRoom, 'non-member', 'removed'];
    const all: Hearer[] = [...signedIn, 'stranger'];

    /** Who receives it after the steps below in a private room. */
    const HEARD: Record<string, Hearer[]> = {
      'user.created': all,
      'user.updated': all,
      'user.removed': all,
      'user.erased': all,
      'session.started': ['owner'],
      'session.ended': ['owner'],
      'room.created': signedIn,
      'room.updated': inRoom,
      'room.joined': ['owner', 'newcomer'], // the owner is in the public room that they make
      'room.left': ['member'],
      'member.joined': [...inRoom],
      'member.changed': inRoom,
      'member.left': ['owner', 'newcomer'],
      'member.invited': inRoom,
      'member.uninvited': inRoom,
      'message.posted': inRoom,
      'message.edited': inRoom,
      'message.deleted': inRoom,
      'reaction.added': inRoom,
      'reaction.removed': inRoom,
      'read.moved': ['owner'],
      'level.changed': ['owner'],
      'favourite.changed': ['owner'],
      'saved.changed': ['owner'],
      'thread.changed': ['member'],
      'message.pinned': inRoom,
      'message.unpinned': inRoom,
      'key.created': [],
      'key.revoked': [],
      'block.added': ['owner'],
      'block.removed': ['owner'],
      'notification.created': signedIn, // one for the owner, and one for everyone
      'notification.read': ['owner'],
      typing: inRoom,
    };
    const EPHEMERAL = ['typing', 'presence'];

    it('has a row in the table', () => {
      const types = Object.keys(HEARD).filter((type) => !EPHEMERAL.includes(type));
      expect(types.toSorted()).toEqual(recordedTypes(features).toSorted());
    });

    it('is delivered to all subscribers that the table names, and to nobody else', async () => {
      const { url, port } = application;
      const { owner, member, removed } = people;
      const newcomer = await Person.signUp(url, 'newcomer');
      const leaver = await Person.signUp(url, 'leaver');
      const sender = await Program.notifier(application);
      const room = await owner.makes('Facts', 'private');
      for (const other of [member, removed, leaver]) await owner.brings(other, room);
      await owner.does('DELETE', `/api/rooms/${room.id}/members/${removed.id}`);

      const subscribers: Record<Hearer, RawSubscriber> = {
        owner: await owner.listens(),
        member: await member.listens(),
        newcomer: await newcomer.listens(),
        'non-member': await people['non-member'].listens(),
        removed: await removed.listens(),
        'signed out': await leaver.listens(),
        stranger: await subscribe(port, '/api/events'),
      };
      await leaver.does('DELETE', '/api/session');
      await subscribers['signed out'].until(({ ended }) => ended);

      const path = `/api/rooms/${room.id}`;
      await owner.does('POST', `${path}/invitations`, { userId: newcomer.id });
      await newcomer.joins(room);
      const posted = await member.says(room, 'one');
      await member.does('PATCH', `${path}/messages/${posted.id}`, { text: 'two' });
      await owner.reacts(posted, '🎉');
      await owner.does('DELETE', reactionPath(posted, '🎉'));
      for (const method of ['PUT', 'DELETE'])
        await owner.does(method, `${path}/messages/${posted.id}/pin`);
      await owner.does('PUT', `${path}/messages/${posted.id}/saved`);
      await newcomer.repliesTo(posted, 'two?');
      await member.does('DELETE', `${path}/messages/${posted.id}`);
      await owner.does('PUT', `${path}/read`, { seq: 1 });
      await owner.does('PUT', `${path}/notifications`, { level: 'all' });
      await owner.does('PUT', `${path}/favourite`);
      await owner.does('POST', `${path}/typing`);
      await owner.does('PUT', `/api/me/blocks/${removed.id}`);
      await owner.does('DELETE', `/api/me/blocks/${removed.id}`);
      const toOwner = await sender.notifies({ userId: owner.id }, 'For the owner');
      await owner.does('PUT', '/api/me/notifications/read', { upTo: toOwner.id });
      const toAll = await sender.notifies({ everyone: true }, 'For everyone');
      await owner.does('PATCH', path, { name: 'Renamed' });
      await owner.does('PATCH', `${path}/members/${newcomer.id}`, { role: 'owner' });
      // An event that all members receive before one of them leaves.
      await subscribers.member.receives(1, 'member.changed');
      await owner.does('DELETE', `${path}/members/${member.id}`);
      await owner.makes('Public');
      await Person.signIn(url, 'owner').then((other) => other.does('DELETE', '/api/session'));
      const entry = await send(url, 'POST', '/api/users', { firstname: 'A', lastname: 'B' });
      const { id } = (await entry.json()) as { id: string };
      await send(url, 'PATCH', `/api/users/${id}`, { firstname: 'C' });
      const again = await Person.signIn(url, 'leaver');
      await again.does('DELETE', '/api/me', { password: PASSWORD });
      await keysOf(application).revoke((await addKey(application, { subscribe: ['*'] })).name);
      await send(url, 'DELETE', `/api/users/${id}`);

      const received: Record<string, Hearer[]> = {};
      for (const [name, subscriber] of Object.entries(subscribers) as [Hearer, RawSubscriber][]) {
        // The last event is for everyone.
        if (name !== 'signed out') await subscriber.receives(1, 'user.removed');
        const types = new Set(subscriber.events.map(({ type }) => type));
        for (const type of types)
          if (type !== 'presence' && type !== 'session.ended') (received[type] ??= []).push(name);
        await subscriber.close();
      }
      const { 'session.ended': ended, ...expected } = HEARD;
      const delivered = Object.entries(expected).filter(([, hearers]) => hearers.length > 0);
      expect(received).toEqual(Object.fromEntries(delivered));
      expect(ended).toEqual(['owner']);
      for (const [name, subscriber] of Object.entries(subscribers)) {
        const sent = subscriber.of('notification.created').map(({ data }) => data);
        const own = name === 'owner' ? [toOwner] : [];
        expect([name, sent]).toEqual([
          name,
          ['stranger', 'signed out'].includes(name) ? [] : [...own, toAll],
        ]);
      }
      for (const [name, { events }] of Object.entries(subscribers))
        expect([name, events.filter(({ type }) => type === 'session.ended').length]).toEqual([
          name,
          ['owner', 'signed out'].includes(name) ? 1 : 0,
        ]);
      expect(subscribers.stranger.of('presence')).toEqual([]);
      for (const name of ['non-member', 'removed'] as const)
        expect(
          new Set(
            subscribers[name]
              .of('presence')
              .flatMap(({ data }) => (data as { online: string[] }).online),
          ),
        ).toEqual(new Set([people[name].id]));
    });
  });
});

/**
 * Whoever cannot be identified, since the issuer of their token or the database does not answer, gets nothing: 503, but
 * for the routes below. A stream is closed at once with status 200, since a browser never comes back after an error.
 */
const DURING_AN_OUTAGE = {
  'issuer down': {
    'GET /health/live': 200,
    'GET /health/ready': 200,
    'POST /api/session': 401,
  },
  'database down': { 'GET /health/live': 200 },
} as const;
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const STREAMS = ['GET /api/events', 'GET /api/users/event'];
const CLOSING_FRAME = /^retry: \d+\nid: [0-9a-f]{8}-\d+\n\n$/;

describe.each(['issuer down', 'database down'] as const)('every route, with the %s', (outage) => {
  let application: RunningApplication;
  const token =
    outage === 'issuer down'
      ? `${encoded({ alg: 'RS256', kid: 'k' })}.${encoded({})}.AAAA`
      : 'carillon_5sV2bV0mM7k1l6nGQZ0m0x2J8m0Qq8d1o9e3r7t5y1A';
  const rows = ROUTES('private', {
    room: OTHER,
    message: OTHER,
    file: OTHER,
    member: OTHER,
    entry: OTHER,
  });

  beforeAll(async () => {
    const postgres = outage === 'database down' ? await PostgresServer.start() : undefined;
    application = await startApplication({
      DIRECTORY: 'members',
      SIGN_UP_OPEN: 'false',
      SIGN_IN_ATTEMPTS: '0',
      // Nothing listens there.
      AUTH_ISSUER: 'http://127.0.0.1:9',
      AUTH_AUDIENCE: 'x',
      ...(postgres && { DATABASE_URL: await postgres.createDatabase() }),
    });
    await postgres?.stop();
  });
  afterAll(() => application.stop());

  it.each(['application/json', 'text/event-stream'])(
    'gives nothing to whom it cannot identify, who accepts %s',
    async (accept) => {
      const asked = Object.entries(rows).map(async ([name, { path, body }]) => {
        const response = await fetch(application.url + path, {
          method: name.split(' ')[0]!,
          headers: {
            'Content-Type': 'application/json',
            Accept: accept,
            Authorization: `Bearer ${token}`,
          },
          ...(body && { body: JSON.stringify(body()) }),
        });
        const text = await response.text();
        const isClosingFrame =
          response.headers.get('content-type') === 'text/event-stream' && CLOSING_FRAME.test(text);
        return [name, isClosingFrame ? 'closing frame' : response.status] as const;
      });
      const expected = Object.keys(rows).map((name) => {
        const isStream = STREAMS.includes(name) && accept === 'text/event-stream';
        return [name, isStream ? 'closing frame' : 503] as const;
      });
      expect(Object.fromEntries(await Promise.all(asked))).toEqual({
        ...Object.fromEntries(expected),
        ...DURING_AN_OUTAGE[outage],
      });
    },
  );
});
