import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Message } from '../src/rooms/room/message.js';
import type { Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { temporaryFolder } from './support/files.js';
import { Person } from './support/people.js';

/** Either way of writing what a request names. */
const CASES = ['toLowerCase', 'toUpperCase'] as const;

describe('an id is read in either case, and written in lower case', () => {
  const securityLog = join(temporaryFolder(), 'security.log');
  let application: RunningApplication;
  let ada: Person;
  let bob: Person;
  let room: Room;

  beforeAll(async () => {
    application = await startApplication({ SECURITY_LOG: securityLog });
    ada = await Person.signUp(application.url, 'ada');
    bob = await Person.signUp(application.url, 'bob');
    room = await ada.makes('Library');
    await bob.joins(room);
  });
  afterAll(() => application.stop());

  it('in paths', async () => {
    const message = await ada.says(room, 'Good morning');
    const upper = `/api/rooms/${room.id.toUpperCase()}`;
    expect(await ada.gets(upper)).toMatchObject({ id: room.id });
    expect(await ada.gets(`${upper}/messages/${message.id.toUpperCase()}`)).toEqual(message);
    expect(await ada.gets(`/api/users/${bob.id.toUpperCase()}`)).toMatchObject({ id: bob.id });
    const member = `${upper}/members/${bob.id.toUpperCase()}`;
    expect(await ada.does('PATCH', member, { role: 'owner' })).toMatchObject({ userId: bob.id });
    await ada.does('PUT', `/api/me/blocks/${bob.id.toUpperCase()}`);
    expect(await ada.gets('/api/me/blocks')).toMatchObject([{ userId: bob.id }]);
    await ada.does('DELETE', `/api/me/blocks/${bob.id.toUpperCase()}`);
    const other = await Person.signIn(application.url, 'ada');
    await ada.does('DELETE', `/api/sessions/${other.sessionId.toUpperCase()}`);
    expect((await other.send('GET', '/api/session')).status).toBe(401);
  });

  it('in bodies, where the id that a client draws counts once', async () => {
    const clientId = randomUUID();
    const said = await ada.says(room, 'once', clientId.toUpperCase());
    expect(said.clientId).toBe(clientId);
    expect((await ada.says(room, 'once', clientId)).id).toBe(said.id);
    const stranger = await Person.signUp(application.url, 'stranger');
    const invited = await ada.does('POST', `/api/rooms/${room.id}/invitations`, {
      userId: stranger.id.toUpperCase(),
    });
    expect(invited).toMatchObject({ userId: stranger.id });
    const direct = { kind: 'direct', userId: bob.id.toUpperCase() };
    expect(await ada.does<Room>('POST', '/api/rooms', direct)).toMatchObject({ kind: 'direct' });
  });

  it('in queries', async () => {
    await ada.says(room, 'an okapi');
    const found = await ada.gets<Message[]>(`/api/messages?q=okapi&room=${room.id.toUpperCase()}`);
    expect(found).toMatchObject([{ roomId: room.id }]);
  });

  it('in the topics of features, of which the names are case-sensitive', async () => {
    for (const change of CASES) {
      const stream = await ada.listens(`/api/events?topic=rooms/${room.id[change]()}`);
      const { id } = await ada.says(room, change);
      await stream.until(({ body }) => body.includes(id));
      await stream.close();
    }
    const mine = await ada.listens(`/api/events?topic=accounts/${ada.id.toUpperCase()}`);
    const { sessionId } = await Person.signIn(application.url, 'ada');
    await mine.until(({ body }) => body.includes(sessionId));
    await mine.close();
    const strange = `/api/events?topic=rooms/${randomUUID().toUpperCase()}`;
    expect((await ada.send('GET', strange)).status).toBe(404);
    // Of no feature: it belongs to another program, which may use it or not.
    const other = await ada.listens(`/api/events?topic=ROOMS/${room.id}`);
    await other.until(({ body }) => body.includes('retry'));
    const { id } = await ada.says(room, 'not for that topic');
    const own = await ada.listens(`/api/events?topic=rooms/${room.id}&lastEventId=earliest`);
    await own.until(({ body }) => body.includes(id));
    expect(other.body).not.toContain(id);
    await Promise.all([other.close(), own.close()]);
  });

  it('in the security log, also to tell users from others', async () => {
    const own = await ada.makes('To leave');
    await bob.joins(own);
    await bob.does('DELETE', `/api/rooms/${own.id}/members/${bob.id.toUpperCase()}`);
    await bob.joins(own);
    const path = `/api/rooms/${own.id.toUpperCase()}/members/${bob.id.toUpperCase()}`;
    await ada.does('DELETE', path);
    const removals = readFileSync(securityLog, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>)
      .filter(({ action }) => action === 'removal');
    expect(removals).toMatchObject([{ actor: ada.id, target: bob.id, room: own.id }]);
  });

  it('unlike a cursor of a stream, which is compared as it is', async () => {
    const response = await fetch(`${application.url}/api/users?limit=1`);
    const [epoch, position] = response.headers.get('last-event-id')!.split('-');
    // Digits have no case.
    const inUpperCase = /[a-f]/.test(epoch!) ? epoch!.toUpperCase() : `A${epoch!.slice(1)}`;
    const stream = await ada.listens(`/api/events?lastEventId=${inUpperCase}-${position}`);
    await stream.until(({ body }) => body.includes('"reason":"unknown"'));
    await stream.close();
  });

  it('unlike an idempotency key, at an address that may name its ids in either case', async () => {
    const invite = async (key: string, id: string) => {
      const path = `/api/rooms/${id}/members`;
      const response = await bob.send('POST', path, {}, { 'Idempotency-Key': key });
      return response.headers.get('idempotency-replayed');
    };
    expect(await invite('key', room.id)).toBeNull();
    expect(await invite('key', room.id.toUpperCase())).toBe('true');
    expect(await invite('KEY', room.id)).toBeNull();
  });
});

describe('an address is written in one way', () => {
  let application: RunningApplication;

  beforeAll(async () => {
    application = await startApplication();
  });
  afterAll(() => application.stop());

  it('case matters in its path, and so does a slash at its end', async () => {
    const statusOf = async (path: string, method = 'GET') => {
      const response = await fetch(application.url + path, { method });
      await response.body?.cancel();
      return [path, response.status];
    };
    for (const path of ['/api/users', '/api/users/event', '/api/openapi.json', '/health/live']) {
      expect(await statusOf(path)).toEqual([path, 200]);
      for (const other of [`${path}/`, path.toUpperCase(), path.replace('/', '//')])
        for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS'])
          expect(await statusOf(other, method)).toEqual([other, 404]);
    }
    for (const path of ['/api/docs', '/api/docs/', '/api/docs/swagger-ui.css'])
      expect(await statusOf(path)).toEqual([path, 200]);
  });
});
