import { MAX_PINS } from '../src/rooms/room/limits.js';
import type { Pin } from '../src/rooms/pins/pin.js';
import type { Message } from '../src/rooms/room/message.js';
import type { Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { Person } from './support/people.js';
import { problemCode } from './support/requests.js';

describe.each(ENGINES)('pinned messages on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let ada: Person;
  let bob: Person;
  let room: Room;

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({ DATABASE_URL: await engine.createDatabase() });
    ada = await Person.signUp(application.url, 'ada');
    bob = await Person.signUp(application.url, 'bob');
  });
  beforeEach(async () => {
    room = await ada.makes('Analysis');
    await bob.joins(room);
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const pathOf = ({ roomId, id }: Message) => `/api/rooms/${roomId}/messages/${id}/pin`;
  const pins = (who = bob) => who.gets<Pin[]>(`/api/rooms/${room.id}/pins`);
  const refusal = async (response: Response) => [response.status, await problemCode(response)];

  it('are pinned and removed once by owners, and listed for all members', async () => {
    const received = await bob.listens();
    const [one, two] = [await bob.says(room, 'one'), await ada.says(room, 'two')];
    for (const message of [one, one, two]) await ada.does('PUT', pathOf(message));
    const all = await pins();
    expect(all.map(({ message, pinnedBy }) => [message, pinnedBy])).toEqual(
      [two, one].map((message) => [message, ada.id]),
    );
    for (const method of ['PUT', 'DELETE'])
      expect(await refusal(await bob.send(method, pathOf(one)))).toEqual([403, 'forbidden']);
    for (let n = 0; n < 2; n++) await ada.does('DELETE', pathOf(two));
    const last = await ada.says(room, 'end');
    await received.until(({ events }) => JSON.stringify(events).includes(last.id));
    const at = expect.any(String) as string;
    const dataOf = ({ id, seq }: Message) => ({
      roomId: room.id,
      messageId: id,
      seq,
      by: ada.id,
      at,
    });
    expect(received.of('message.pinned').map(({ data }) => data)).toEqual([
      { ...dataOf(one), at: all[1]!.pinnedAt },
      { ...dataOf(two), at: all[0]!.pinnedAt },
    ]);
    expect(received.of('message.unpinned').map(({ data }) => data)).toEqual([dataOf(two)]);
    await received.close();
  });

  it('are no longer pinned once they are deleted, and cannot be pinned again', async () => {
    const message = await bob.says(room, 'to be deleted');
    await ada.does('PUT', pathOf(message));
    await bob.does('DELETE', `/api/rooms/${room.id}/messages/${message.id}`);
    expect(await pins()).toEqual([]);
    expect(await refusal(await ada.send('PUT', pathOf(message)))).toEqual([409, 'conflict']);
  });

  it('may be pinned by both users of a direct conversation, and are exported', async () => {
    room = await ada.does<Room>('POST', '/api/rooms', { kind: 'direct', userId: bob.id });
    const message = await ada.says(room, 'For both');
    await bob.does('PUT', pathOf(message));
    const exported = await bob.gets<{ pins: object[] }>('/api/me/export');
    const [{ pinnedAt }] = (await pins(ada)) as [Pin];
    expect(exported.pins).toEqual([{ roomId: room.id, messageId: message.id, pinnedAt }]);
    await ada.does('DELETE', pathOf(message));
    expect(await pins()).toEqual([]);
  });

  it(`are at most ${MAX_PINS} in a room`, async () => {
    const messages = await Promise.all(
      Array.from({ length: MAX_PINS + 1 }, (_, n) => ada.says(room, `number ${n}`)),
    );
    for (const message of messages.slice(1)) await ada.does('PUT', pathOf(message));
    expect(await refusal(await ada.send('PUT', pathOf(messages[0]!)))).toEqual([409, 'conflict']);
    await ada.does('DELETE', pathOf(messages[1]!));
    await ada.does('PUT', pathOf(messages[0]!));
    expect(await pins()).toHaveLength(MAX_PINS);
  });
});
