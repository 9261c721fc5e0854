import { randomUUID } from 'node:crypto';
import { MAX_EMOJI, MAX_REACTIONS } from '../src/rooms/room/limits.js';
import type { Message } from '../src/rooms/room/message.js';
import type { Membership, Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { tablesIn, unfinished } from './support/everything.js';
import { runAsOtherProgram } from './support/other-program.js';
import { PASSWORD, Person, reactionPath } from './support/people.js';
import { problemCode } from './support/requests.js';
import { until } from './support/wait.js';

/** One code point, a variation selector, a keycap, a flag of letters and one of tags, skin tones, and a joined group. */
const EMOJI = ['👍', '❤️', '1️⃣', '🇫🇷', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '👋🏽', '👩🏽‍❤️‍💋‍👨🏻', '🧑‍🧑‍🧒‍🧒'];
/** Text, several, parts of an emoji, an emoji that is not fully qualified, a family that is not recommended. */
const OTHERS = ['a', '1', '👍👍', '👍 ', '🇫', '\u200d', '❤', '👍\ufe0f', '👩‍👩‍👩'];

describe.each(ENGINES)('reactions on $name', ({ start }) => {
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

  const read = ({ roomId, id }: Message) =>
    ada.gets<Message>(`/api/rooms/${roomId}/messages/${id}`);
  const takesBack = (who: Person, message: Message, emoji: string) =>
    who.does('DELETE', reactionPath(message, emoji));
  const refusal = async (response: Response) => [response.status, await problemCode(response)];

  it('are part of the message everywhere, in the order in which they were added', async () => {
    const message = await ada.says(room, 'It works, @bob!');
    for (const [who, emoji] of [
      [bob, '🎉'],
      [ada, '👍'],
      [ada, '🎉'],
    ] as const)
      await who.reacts(message, emoji);
    const reactions = [
      { emoji: '🎉', userIds: [bob.id, ada.id] },
      { emoji: '👍', userIds: [ada.id] },
    ];
    const expected = { ...message, reactions };
    expect(await read(message)).toEqual(expected);
    expect((await bob.gets<Message[]>(`/api/rooms/${room.id}/messages`)).at(-1)).toEqual(expected);
    expect(await bob.gets('/api/messages?q=works')).toEqual([expected]);
    const [mine] = await bob.gets<Membership[]>('/api/me/rooms');
    expect(mine!.lastMessage).toEqual(expected);
    const edited = await ada.does<Message>(
      'PATCH',
      `/api/rooms/${room.id}/messages/${message.id}`,
      {
        text: 'It still works.',
      },
    );
    expect(edited.reactions).toEqual(reactions);

    await takesBack(bob, message, '🎉');
    await takesBack(ada, message, '👍');
    expect((await read(message)).reactions).toEqual([{ emoji: '🎉', userIds: [ada.id] }]);
  });

  it('are added and removed once, however often that is asked', async () => {
    const received = await bob.listens();
    const message = await ada.says(room, 'once');
    await Promise.all(Array.from({ length: 5 }, () => bob.reacts(message, '👍')));
    expect((await read(message)).reactions).toEqual([{ emoji: '👍', userIds: [bob.id] }]);
    await Promise.all(Array.from({ length: 5 }, () => takesBack(bob, message, '👍')));
    expect((await read(message)).reactions).toEqual([]);
    const end = await ada.says(room, 'end');
    await received.until(({ events }) => JSON.stringify(events).includes(end.id));
    const data = {
      roomId: room.id,
      messageId: message.id,
      seq: message.seq,
      emoji: '👍',
      userId: bob.id,
    };
    expect(received.of('reaction.added').map((event) => event.data)).toEqual([data]);
    expect(received.of('reaction.removed').map((event) => event.data)).toEqual([data]);
    await received.close();
  });

  it('of several users at the same time are all kept', async () => {
    const message = await ada.says(room, 'all at once');
    await Promise.all(
      [ada, bob].flatMap((who) => EMOJI.map((emoji) => who.reacts(message, emoji))),
    );
    const { reactions } = await read(message);
    expect(reactions.map(({ emoji }) => emoji).toSorted()).toEqual(EMOJI.toSorted());
    for (const { userIds } of reactions)
      expect(userIds.toSorted()).toEqual([ada.id, bob.id].toSorted());
  });

  it.each(OTHERS)('are one emoji, and not %j', async (emoji) => {
    const message = await ada.says(room, randomUUID());
    for (const method of ['PUT', 'DELETE'])
      expect(await (await ada.send(method, reactionPath(message, emoji))).json()).toMatchObject({
        type: 'urn:carillon:problem:invalid-parameter',
        title: 'A parameter is not valid',
        status: 400,
      });
  });

  it('disappear with a message that is deleted, which accepts no more', async () => {
    const message = await ada.says(room, 'to be deleted');
    await bob.reacts(message, '👍');
    await ada.does('DELETE', `/api/rooms/${room.id}/messages/${message.id}`);
    expect((await read(message)).reactions).toEqual([]);
    expect((await tablesIn(database)).get('reactions')).not.toContain(message.id);
    expect(await refusal(await bob.send('PUT', reactionPath(message, '👍')))).toEqual([
      409,
      'conflict',
    ]);
  });

  it('can be taken back, but not added in an archived room', async () => {
    const closed = await ada.makes('Closed');
    const message = await ada.says(closed, 'the last one');
    await ada.reacts(message, '👍');
    await ada.does('PATCH', `/api/rooms/${closed.id}`, { archived: true });
    expect(await refusal(await ada.send('PUT', reactionPath(message, '🎉')))).toEqual([
      409,
      'conflict',
    ]);
    await takesBack(ada, message, '👍');
    expect((await read(message)).reactions).toEqual([]);
  });

  it('reach nobody who blocks the sender', async () => {
    const direct = await ada.does<Room>('POST', '/api/rooms', { kind: 'direct', userId: bob.id });
    const message = await bob.says(direct, 'before');
    await bob.does('PUT', `/api/me/blocks/${ada.id}`);
    expect(await refusal(await ada.send('PUT', reactionPath(message, '👍')))).toEqual([
      403,
      'recipient-unavailable',
    ]);
    await bob.does('DELETE', `/api/me/blocks/${ada.id}`);
    await ada.reacts(message, '👍');
  });

  it(`have at most ${MAX_EMOJI} different emoji, and are at most ${MAX_REACTIONS} for one message`, async () => {
    const message = await ada.says(room, 'popular');
    const many = Array.from({ length: MAX_EMOJI }, (_, n) => String.fromCodePoint(0x1f600 + n));
    for (const emoji of many) await ada.reacts(message, emoji);
    expect(await refusal(await bob.send('PUT', reactionPath(message, '👍')))).toEqual([
      409,
      'conflict',
    ]);
    await bob.reacts(message, many[0]!);
    const crowd = Array.from({ length: MAX_REACTIONS - MAX_EMOJI - 1 }, () => randomUUID());
    const { reactions } = await read(message);
    const full = reactions.with(0, {
      ...reactions[0]!,
      userIds: [...reactions[0]!.userIds, ...crowd],
    });
    await runAsOtherProgram(
      database,
      `update messages set reactions = '${JSON.stringify(full)}' where id = '${message.id}'`,
    );
    expect(await refusal(await bob.send('PUT', reactionPath(message, many[1]!)))).toEqual([
      409,
      'conflict',
    ]);
    await takesBack(bob, message, many[0]!);
    await bob.reacts(message, many[1]!);
  });

  it('are exported, and erased with the account of their user', async () => {
    const cy = await Person.signUp(application.url, 'cy');
    await cy.joins(room);
    const messages = await Promise.all(
      Array.from({ length: 60 }, (_, n) => ada.says(room, `number ${n}`)),
    );
    for (const message of messages) await cy.reacts(message, '👍');
    await bob.reacts(messages[0]!, '👍');
    const { reactions } = await cy.gets<{ reactions: object[] }>('/api/me/export');
    expect(reactions).toHaveLength(60);
    expect(reactions).toContainEqual({
      roomId: room.id,
      messageId: messages[0]!.id,
      emoji: '👍',
    });

    const written = await ada.gets<{ messages: object[] }>('/api/me/export');
    expect(JSON.stringify(written.messages)).not.toContain(cy.id);

    const received = await bob.listens();
    await cy.does('DELETE', '/api/me', { password: PASSWORD });
    await until(async () => (await unfinished(database)) === 0);
    await received.receives(60, 'reaction.removed');
    expect((await read(messages[0]!)).reactions).toEqual([{ emoji: '👍', userIds: [bob.id] }]);
    expect((await read(messages[59]!)).reactions).toEqual([]);
    for (const table of ['reactions', 'messages'])
      expect((await tablesIn(database)).get(table)).not.toContain(cy.id);
    await received.close();
  });
});
