import { Database, featuresOf } from '@carillon/nestjs';
import { openDatabase, type Engine } from '@carillon/nestjs/operations';
import { type EngineUnderTest, ENGINES } from '../../../test/support/engines.js';
import type { RecordedEvent } from '../src/engine/open-transaction.js';
import { FORBIDDEN_CHARACTERS, publicIdMistake, topicMistake } from '../src/engine/topic-name.js';
import { EventLog } from '../src/log/event-log.js';
import { topicsOf } from '../src/log/topics-of.js';

const EVENT: RecordedEvent = {
  topic: 'orders/1',
  topics: null,
  type: 'order.placed',
  data: '{}',
  format: 'json',
  actor: null,
  private: 1,
  public_id: null,
  xid: null,
  retry: null,
  subject: null,
  redacts: null,
};
/** The first and last character of each forbidden range, and their neighbours. PostgreSQL stores no NUL and no surrogate. */
const CHARACTERS = [
  ...new Set(FORBIDDEN_CHARACTERS.flatMap(([from, to]) => [from - 1, from, to, to + 1])),
]
  .filter((code) => code > 0)
  .map((code) => String.fromCodePoint(code));

describe.each(ENGINES)('an event in the log on $name', ({ start }) => {
  let under: EngineUnderTest;
  let engine: Engine;

  beforeAll(async () => {
    under = await start();
    engine = await openDatabase(await under.createDatabase(), featuresOf([]));
  });
  afterAll(async () => {
    await engine.close();
    await under.stop();
  });

  const append = async (event: Partial<RecordedEvent>) => {
    const open = await engine.begin();
    try {
      await open.commit([{ ...EVENT, ...event }]);
    } catch (error) {
      await open.rollback();
      throw error;
    }
  };
  const isAccepted = (event: Partial<RecordedEvent>) =>
    append(event).then(
      () => true,
      (error: unknown) => {
        expect(String(error)).toMatch(/events_|json/);
        return false;
      },
    );
  const last = async () => {
    const log = new EventLog(new Database(engine));
    const { head } = await log.state();
    return (await log.read(head - 1, head, 1))[0]!;
  };

  it('has the columns that were recorded', async () => {
    await append({
      topics: '["orders/1","customers/7"]',
      data: 'two\nlines',
      format: 'text',
      private: 0,
      public_id: 'urn:1',
      xid: 2 ** 40,
    });
    const event = await last();
    expect(event).toMatchObject({ data: 'two\nlines', format: 'text', private: 0, xid: 2 ** 40 });
    expect(event).toMatchObject({ public_id: 'urn:1', topic: 'orders/1' });
    expect(topicsOf(event)).toEqual(['orders/1', 'customers/7']);
    await append({});
    expect(await last()).toMatchObject({ ...EVENT });
    expect(topicsOf(await last())).toEqual(['orders/1']);
  });

  it('meets the rules for topics and ids that the application checks', async () => {
    const around = CHARACTERS.map((character) => `a${character}b`);
    for (const topic of [...around, '', '*', '**', '[a]', 'é'.repeat(512), 'é'.repeat(513)])
      expect([topic, await isAccepted({ topic })]).toEqual([topic, !topicMistake(topic)]);
    const cursors = ['0123abcd-7', '0123abcd-7~1', '0123abcd-7x', '0123abcd-', '0123ABCD-7'];
    const ids = [
      '',
      'earliest',
      '#a',
      'a#',
      ' a',
      'a ',
      'a b',
      'é'.repeat(255),
      'é'.repeat(256),
      '0198c0de-0000-7000',
    ];
    for (const id of [...around, ...cursors, ...ids])
      expect([id, await isAccepted({ public_id: id })]).toEqual([id, !publicIdMistake(id)]);
  });

  it.each([
    { topics: '{}' },
    { topics: '["orders/2","orders/1"]' },
    { data: '[]' },
    { data: 'text' },
    { data: 'two\rlines', format: 'text' },
    { data: '{}', format: 'xml' as 'text' },
    { type: 'reset' },
    { type: '' },
  ] as const)('is refused with %j', async (event) => expect(await isAccepted(event)).toBe(false));
});
