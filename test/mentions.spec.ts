import { randomUUID } from 'node:crypto';
import { partsOf } from '../client/src/features/conversation/message-parts.js';
import type { Message } from '../src/rooms/room/message.js';
import { MAX_UNCONFIRMED } from '../src/rooms/room/notification-level.js';
import type { Membership, Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { MENTION_CASES } from './support/mention-cases.js';
import { addMembers } from './support/members.js';
import { Person } from './support/people.js';
import { problemCode } from './support/requests.js';

describe.each(ENGINES)('mentions on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({
      DATABASE_URL: await engine.createDatabase(),
      SIGN_IN_ATTEMPTS: '0',
    });
  });
  afterAll(async () => {
    await application?.stop();
    await engine?.stop();
  });

  it('notify those whom the page highlights', async () => {
    const [ada, bob, cy] = await Promise.all(
      ['ada', 'bob', 'cy'].map((name) => Person.signUp(application.url, name)),
    );
    const room = await cy!.makes('Belfry');
    await Promise.all([ada!.joins(room), bob!.joins(room)]);
    const members = new Map([ada!, bob!].map(({ id, user }) => [id, user]));
    for (const [, text, ...expected] of MENTION_CASES) {
      const message = await cy!.says(room, text!);
      const parts = partsOf(text!, message, members);
      const highlighted = parts.flatMap((part) => (part.kind === 'mention' ? [part.userId] : []));
      expect([text, message.mentions.toSorted()]).toEqual([
        text,
        [...new Set(highlighted)].toSorted(),
      ]);
      const names = expected.filter((one) => /^[@＠]/.test(one));
      expect(highlighted).toHaveLength(names.length);
    }
  });

  describe('of everyone', () => {
    let dan: Person;
    let eve: Person;
    let room: Room;
    beforeAll(async () => {
      [dan, eve] = [
        await Person.signUp(application.url, 'dan'),
        await Person.signUp(application.url, 'eve'),
      ];
      room = await dan.makes('Hall');
      await eve.joins(room);
      await addMembers(application, room, MAX_UNCONFIRMED - 2);
    });

    const posts = (who: Person, text: string, mentionAll?: boolean) => {
      const body = { clientId: randomUUID(), text, mentionAll };
      return who.send('POST', `/api/rooms/${room.id}/messages`, body);
    };
    const posted = async (who: Person, text: string, mentionAll?: boolean) =>
      (await (await posts(who, text, mentionAll)).json()) as Message;
    const edits = (who: Person, { id }: Message, text: string) =>
      who.does<Message>('PATCH', `/api/rooms/${room.id}/messages/${id}`, { text });
    const unreadMentions = async (who: Person) => {
      const memberships = await who.gets<Membership[]>('/api/me/rooms');
      return memberships.find((mine) => mine.room.id === room.id)!.mentions;
    };

    it('counts once for each member but the author', async () => {
      const one = await posted(eve, 'Hello @all, and @dan!');
      expect(one).toMatchObject({ mentions: [dan.id], mentionsAll: true });
      const two = await posted(eve, '@all');
      expect([await unreadMentions(dan), await unreadMentions(eve)]).toEqual([2, 0]);

      const received = await dan.listens();
      expect(await edits(eve, one, 'Hello @dan!')).toMatchObject({ mentionsAll: false });
      await eve.does('DELETE', `/api/rooms/${room.id}/messages/${two.id}`);
      await received.receives(1, 'message.deleted');
      expect(received.of('message.edited')[0]!.data).toMatchObject({ previousMentionsAll: true });
      expect(received.of('message.deleted')[0]!.data).toMatchObject({ mentionsAll: true });
      await received.close();
      expect(await unreadMentions(dan)).toBe(1);
      expect(await posted(eve, 'Not @all', false)).toMatchObject({ mentionsAll: false });
      await dan.does('PUT', `/api/rooms/${room.id}/read`, { seq: 99 });
      expect(await unreadMentions(dan)).toBe(0);
    });

    it(`above ${MAX_UNCONFIRMED} members needs an owner who asks for it`, async () => {
      const before = await posted(eve, 'Hello @all');
      await addMembers(application, room, 1);
      for (const who of [dan, eve])
        expect(await posted(who, 'by accident @all')).toMatchObject({ mentionsAll: false });
      const refused = await posts(eve, 'Hello @all', true);
      expect([refused.status, await problemCode(refused)]).toEqual([403, 'forbidden']);
      const asked = await posted(dan, 'Hello @all', true);
      expect(asked.mentionsAll).toBe(true);
      expect((await posts(dan, 'Hello', true)).status).toBe(422);

      // An edit keeps the mention, and does not add one.
      expect(await edits(eve, before, 'Good morning @all')).toMatchObject({ mentionsAll: true });
      expect(await edits(eve, before, 'Good morning')).toMatchObject({ mentionsAll: false });
      expect(await edits(eve, before, 'Good evening @all')).toMatchObject({ mentionsAll: false });

      // A retry is the same message only if it mentions everyone, too.
      const path = `/api/rooms/${room.id}/messages`;
      const retry = { clientId: asked.clientId, text: 'Hello @all' };
      for (const mentionAll of [undefined, true])
        expect(await dan.does('POST', path, { ...retry, mentionAll })).toEqual(asked);
      const other = await dan.send('POST', path, { ...retry, mentionAll: false });
      expect(await problemCode(other)).toBe('idempotency-key-reused');
    });
  });
});
