import { Database, featuresOf, type PublishedEvent, UnitOfWork } from '@carillon/nestjs';
import { openDatabase, type Engine } from '@carillon/nestjs/operations';
import { type EngineUnderTest, ENGINES } from '../../../test/support/engines.js';
import { EventLog } from '../src/log/event-log.js';

const EVENT: PublishedEvent = {
  topics: ['orders/1'],
  type: 'order.shipped',
  data: '{"id":1}',
  format: 'json',
  private: true,
};

describe.each(ENGINES)('an event of another program on $name', ({ start }) => {
  let under: EngineUnderTest;
  let engine: Engine;
  let work: UnitOfWork;

  beforeAll(async () => {
    under = await start();
    engine = await openDatabase(await under.createDatabase(), featuresOf([]));
    work = new UnitOfWork(engine, { isRegistered: () => false });
  });
  afterAll(async () => {
    await engine.close();
    await under.stop();
  });

  const publish = (...events: Partial<PublishedEvent>[]) =>
    work.run(async (tx) => {
      for (const event of events) tx.publish({ ...EVENT, ...event }, 'key/1');
    });
  const state = () => new EventLog(new Database(engine)).state();
  const last = async () => {
    const { head } = await state();
    return (await new EventLog(new Database(engine)).read(head - 1, head, 1))[0]!;
  };

  it('is recorded with its topics, its id and whether it is private', async () => {
    await publish({});
    expect(await last()).toMatchObject({
      topic: 'orders/1',
      topics: null,
      type: 'order.shipped',
      data: '{"id":1}',
      format: 'json',
      private: 1,
      public_id: null,
      actor: 'key/1',
    });
    await publish({
      topics: ['orders/1', 'customers/7'],
      private: false,
      publicId: 'urn:uuid:1',
      xid: 7,
    });
    expect(await last()).toMatchObject({
      topic: 'orders/1',
      topics: '["orders/1","customers/7"]',
      private: 0,
      public_id: 'urn:uuid:1',
      xid: 7,
    });
  });

  it('has a position as soon as its transaction has committed', async () => {
    let early: unknown;
    const { head } = await state();
    const publications = await work.run(async (tx) => {
      const both = [tx.publish(EVENT), tx.publish(EVENT)];
      try {
        early = both[0]!.position;
      } catch (error) {
        early = error;
      }
      return both;
    });
    expect(early).toEqual(new Error('The event gets its position when its transaction commits.'));
    expect(publications.map(({ position }) => position)).toEqual([head + 1, head + 2]);
  });

  it('may carry any text, of which the line breaks become LF', async () => {
    await publish({ format: 'text', data: 'one\r\ntwo\rthree\nfour 🔔' });
    expect(await last()).toMatchObject({ format: 'text', data: 'one\ntwo\nthree\nfour 🔔' });
  });

  it.each<[string, Partial<PublishedEvent>]>([
    ['has no topic', { topics: [] }],
    ['has a topic twice', { topics: ['a', 'b', 'a'] }],
    ['The topic of an event must not be *', { topics: ['a', '*'] }],
    ['The topic of an event must not contain control characters', { topics: ['a', 'b\u0085'] }],
    ['The type of an event must not be reset', { type: 'reset' }],
    ['The type of an event must have', { type: '' }],
    ['The id of an event must not have the form of a cursor', { publicId: '01234567-1' }],
    ['must be a JSON object', { data: '[1]' }],
    ['must be a JSON object', { data: '{"id":' }],
    [
      'must have at most 1048576 bytes. It has 1048577',
      { data: `{"a":"${'a'.repeat(2 ** 20 - 7)}"}` },
    ],
    ['must have at most 1048576 bytes', { format: 'text', data: 'é'.repeat(600_000) }],
    ['must be well-formed Unicode without NUL', { format: 'text', data: 'a\0b' }],
    ['must be well-formed Unicode without NUL', { format: 'text', data: 'a\ud800' }],
  ])('is refused with its whole transaction, and %s', async (message, wrong) => {
    const before = await state();
    await expect(publish({}, wrong)).rejects.toThrow(message);
    expect(await state()).toEqual(before);
  });
});
