import { EventLog, UnitOfWork, watchTable } from '@carillon/nestjs';
import { Inbox } from '@carillon/nestjs/internal';
import { randomUUID } from 'node:crypto';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { publisherToken, STRICT, TestHub } from './support/hub.js';
import { addKey, type TestKey } from './support/keys.js';
import { runAsOtherProgram } from './support/other-program.js';
import { send } from './support/people.js';

interface Publication {
  readonly topics: readonly [string, ...string[]];
  readonly type: string;
  readonly id?: string;
  readonly format?: 'json' | 'text';
}

/** The owner of the database may record on topics of features. No other program may. */
type Verdict = 'for anyone' | 'for the owner' | 'for nobody';

const CASES: readonly (readonly [Verdict, string, Publication])[] = [
  ['for anyone', 'a topic and type of its own', { topics: ['orders/1'], type: 'order.placed' }],
  ['for anyone', 'an id', { topics: ['orders/1'], type: 'order.placed', id: 'urn:1' }],
  ['for the owner', 'a topic of a feature', { topics: ['users'], type: 'user.updated' }],
  ['for the owner', 'a topic below it', { topics: ['rooms/1'], type: 'message.deleted' }],
  ['for the owner', 'the topic of an account', { topics: ['accounts/1'], type: 'room.joined' }],
  ['for the owner', 'an internal topic', { topics: ['keys'], type: 'key.revoked' }],
  ['for the owner', 'a feature that is off', { topics: ['notifications/1'], type: 'x' }],
  ['for nobody', 'a feature with an id', { topics: ['users'], type: 'user.updated', id: 'urn:1' }],
  ['for nobody', 'a feature with a text', { topics: ['users'], type: 'x', format: 'text' }],
  ['for nobody', 'a feature and another topic', { topics: ['users', 'orders/1'], type: 'x' }],
  ['for nobody', 'another topic and a feature', { topics: ['orders/1', 'users'], type: 'x' }],
  ['for nobody', 'the type of a feature', { topics: ['orders/1'], type: 'user.erased' }],
  ['for nobody', 'an internal type', { topics: ['orders/1'], type: 'key.revoked' }],
  [
    'for nobody',
    'the type of a feature that is off',
    { topics: ['orders/1'], type: 'notification.created' },
  ],
  ['for nobody', 'a topic of the hub', { topics: ['/.well-known/mercure/x'], type: 'x' }],
  [
    'for nobody',
    'the hub on another host',
    { topics: ['https://x.example/.well-known/mercure/x'], type: 'x' },
  ],
  ['for anyone', 'a longer name', { topics: ['/.well-known/mercurex', 'a/mercure'], type: 'x' }],
  [
    'for anyone',
    'the hub in other parts of a URL',
    {
      topics: [
        'https://x.example/a/.well-known/mercure',
        'https://x.example?/.well-known/mercure',
        'https://x.example/.well-known/mercure/../x',
      ],
      type: 'x',
    },
  ],
  [
    'for nobody',
    'the hub in another form',
    { topics: ['https://x.example/.well-known/%6Dercure'], type: 'x' },
  ],
  [
    'for nobody',
    'the hub as the second topic',
    { topics: ['a', '/.well-known/mercure/x'], type: 'x' },
  ],
  ['for nobody', 'the type of the hub', { topics: ['orders/1'], type: 'mercure' }],
];

const literal = (value: string | null | undefined): string =>
  value === null || value === undefined ? 'null' : `'${value.replaceAll("'", "''")}'`;

describe.each(ENGINES)('what can be published on $name', ({ name, start }) => {
  let engine: EngineUnderTest;
  let url: string;
  let hub: TestHub;
  let key: TestKey;

  beforeAll(async () => {
    engine = await start();
    url = await engine.createDatabase();
    hub = await TestHub.start({ ...STRICT, DATABASE_URL: url, FEATURES: 'users,rooms,mercure' });
    key = await addKey(hub.application, { publish: ['*'] });
    if (name === 'PostgreSQL')
      await runAsOtherProgram(
        url,
        `create role program; select carillon.allow('program', '*'); create table public.items (id text, data text)`,
      );
    else await runAsOtherProgram(url, 'create table items (id text, data text)');
  });
  afterAll(async () => {
    await hub.stop();
    await engine.stop();
  });

  const rowOf = ({ topics, type, id, format = 'json' }: Publication, data: string) =>
    `insert into ${name === 'SQLite' ? '' : 'carillon.'}carillon_inbox (topic, topics, type, data, public_id, format)
      values (${[topics[0], topics.length > 1 ? JSON.stringify(topics) : null, type, data, id, format].map(literal).join()})`;
  const recordOf = ({ topics, type, id, format = 'json' }: Publication, data: string) =>
    `select carillon.record(${[topics[0], type, data].map(literal).join()}, topics => array[${topics.map(literal).join()}],
      id => ${literal(id)}, format => ${literal(format)})`;
  const json = async (publication: Publication, data: string, transient = false) => {
    const { topics, type, id, format } = publication;
    const event = {
      topic: topics,
      type,
      data: format === 'text' ? data : (JSON.parse(data) as object),
      ...(transient ? { transient } : { id }),
    };
    const response = await send(hub.application.url, 'POST', '/api/events', event, key.bearer);
    if (!response.ok) throw new Error(await response.text());
  };

  /** Each way to publish: whether its user owns the database, and what it does. */
  const WAYS: Record<
    string,
    [isOwner: boolean, (it: Publication, data: string) => Promise<unknown>]
  > = {
    'POST /api/events': [false, (it, data) => json(it, data)],
    'the Mercure protocol': [
      false,
      async ({ topics, type, id }, data) => {
        const form = topics.map((topic): [string, string] => ['topic', topic]);
        form.push(['type', type], ['data', data]);
        if (id) form.push(['id', id]);
        const response = await hub.publish(form, await publisherToken('*'));
        if (!response.ok) throw new Error(await response.text());
      },
    ],
    'a row of the inbox': [true, (it, data) => runAsOtherProgram(url, rowOf(it, data))],
    ...(name === 'PostgreSQL' && {
      'record() of the owner': [true, (it, data) => runAsOtherProgram(url, recordOf(it, data))],
      'record() of a role that may record on *': [
        false,
        (it, data) => runAsOtherProgram(url, `set role program;\n${recordOf(it, data)}`),
      ],
    }),
  };

  const isLogged = async (data: string) => {
    await hub.application.app.get(Inbox, { strict: false }).moveNow();
    const log = hub.application.app.get(EventLog, { strict: false });
    const { head } = await log.state();
    return (await log.read(Math.max(0, head - 5), head, 5)).some((event) => event.data === data);
  };

  describe.each(Object.entries(WAYS))('with %s', (_, [isOwner, publish]) => {
    it.each(CASES)('is %s: %s', async (verdict, _case, publication) => {
      const data = JSON.stringify({ n: randomUUID() });
      const accepted = verdict === 'for anyone' || (verdict === 'for the owner' && isOwner);
      const error = await publish(publication, data).then(
        () => undefined,
        (thrown: Error) => thrown.message,
      );
      // Only a node recognizes every form of the hub's address, and drops the row.
      if (accepted) expect(error).toBeUndefined();
      expect(await isLogged(data)).toBe(accepted);
    });
  });

  it.each(CASES.filter(([, , { id, format }]) => !id && !format))(
    'is %s, as a transient event: %s',
    async (verdict, _, publication) => {
      const data = JSON.stringify({ n: randomUUID() });
      const status = await json(publication, data, true).then(
        () => 'accepted',
        () => 'refused',
      );
      expect(status).toBe(verdict === 'for anyone' ? 'accepted' : 'refused');
    },
  );

  it.each([
    ['items/{id}', 'user.erased', 'belongs to a feature'],
    ['/.well-known/mercure/{id}', 'x', 'is invalid'],
  ])('is refused for the table of %s with the type %s', async (topic, type, message) => {
    const table = name === 'SQLite' ? 'items' : 'public.items';
    const watching = hub.application.app
      .get(UnitOfWork, { strict: false })
      .run(({ db }) => watchTable(db, { table, topic, type }));
    await expect(watching).rejects.toThrow(message);
  });
});
