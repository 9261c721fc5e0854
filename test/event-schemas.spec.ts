import { randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { KEY_EVENTS } from '../src/events/keys/keys.events.js';
import type { User } from '../src/users/user.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { eventsIn, FrameValidator, type ItemSchema } from './support/event-schemas.js';
import { subscribe, type RawSubscriber } from './support/raw-subscriber.js';
import { Program } from './support/program.js';
import { runAsOtherProgram } from './support/other-program.js';
import { PASSWORD, Person, reactionPath } from './support/people.js';
import { createUser, patch } from './support/requests.js';

interface Document {
  readonly paths: Record<
    string,
    {
      get: {
        responses: {
          '200': { content: { 'text/event-stream': { readonly itemSchema: ItemSchema } } };
        };
      };
    }
  >;
  readonly components: { readonly schemas: Record<string, unknown> };
}

describe.each(ENGINES)('the schemas of events on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let database: string;
  let application: RunningApplication;
  let document: Document;
  const subscribers: RawSubscriber[] = [];

  beforeAll(async () => {
    engine = await start();
    database = await engine.createDatabase();
    application = await startApplication({
      DATABASE_URL: database,
      SIGN_IN_ATTEMPTS: '0',
      STREAM_HEARTBEAT: '1s',
    });
    document = (await (await fetch(`${application.url}/api/openapi.json`)).json()) as Document;
  });
  afterAll(async () => {
    await Promise.all(subscribers.map((subscriber) => subscriber.close()));
    await application.stop();
    await engine.stop();
  });

  const itemSchemaOf = (path: string): ItemSchema =>
    document.paths[path]!.get.responses['200'].content['text/event-stream'].itemSchema;
  const listening = async (path: string, person?: Person) => {
    const subscriber = person
      ? await person.listens(path)
      : await subscribe(application.port, path);
    subscribers.push(subscriber);
    return subscriber;
  };

  it('fit every event that a stream carries, live and replayed after a redaction', async () => {
    const directory = await listening('/api/users/event');
    const [ada, bob] = [
      await Person.signUp(application.url, 'ada'),
      await Person.signUp(application.url, 'bob'),
    ];
    const live = await Promise.all([ada, bob].map((person) => listening('/api/events', person)));
    await doEverything(ada, bob);
    // It is not stored, so no replay has it.
    await live[0]!.receives(1, 'typing');
    const path = (cursor: string) => `/api/events?lastEventId=${cursor}`;
    const replayed = await Promise.all([
      ...[ada, bob].map((person) => listening(path('earliest'), person)),
      listening(path('00000000-1'), ada),
    ]);
    const replayedDirectory = await listening('/api/users/event?lastEventId=earliest');
    const reset = await listening('/api/users/event?lastEventId=00000000-1');
    await Promise.all(
      [...live, ...replayed, directory, replayedDirectory, reset].map((subscriber) =>
        subscriber.receives(1, 'heartbeat'),
      ),
    );
    judge('/api/events', [...live, ...replayed]);
    judge('/api/users/event', [directory, replayedDirectory, reset]);
  });

  it('fit events of other programs, whatever they carry', async () => {
    const subscriber = await listening('/api/events?topic=orders');
    await runAsOtherProgram(
      database,
      `BEGIN;
      INSERT INTO events (position, topic, type, data, at, private)
        SELECT head + 1, 'orders', 'order.placed', '{"items": [7]}', '2030-01-01T00:00:00.000Z', 0
          FROM event_log;
      UPDATE event_log SET head = head + 1;
      COMMIT;`,
    );
    await subscriber.receives(1, 'order.placed');
    expect(mistakesIn('/api/events', [subscriber])).toEqual([]);
  });

  it('fit the closing frame of a stream for which there is no place, with the cursor that it asked for', async () => {
    const full = await startApplication({ STREAM_MAX: '1' });
    try {
      subscribers.push(await subscribe(full.port, '/api/users/event'));
      const refused = await subscribe(full.port, '/api/users/event?lastEventId=earliest');
      await refused.until(({ ended }) => ended);
      expect(refused.body).toMatch(/^id: earliest$/m);
      expect(mistakesIn('/api/users/event', [refused])).toEqual([]);
    } finally {
      await full.stop();
    }
  });

  const mistakesIn = (path: string, streams: readonly RawSubscriber[]): string[] => {
    const validator = new FrameValidator(document.components.schemas, itemSchemaOf(path));
    return streams.flatMap(({ body }) => validator.mistakesIn(body));
  };

  function judge(path: string, streams: readonly RawSubscriber[]): void {
    const { schemas } = document.components;
    const itemSchema = itemSchemaOf(path);
    expect(mistakesIn(path, streams)).toEqual([]);
    const types = new Set(streams.flatMap(({ received }) => received.map(({ type }) => type)));
    expect([...types].toSorted()).toEqual(eventsIn(schemas, itemSchema).toSorted());
  }

  /** Whatever leads to an event of a kind of its own. */
  async function doEverything(ada: Person, bob: Person): Promise<void> {
    const { id } = await createUser(application.url, 'John');
    await patch(`${application.url}/api/users/${id}`, { firstname: 'Jane' });
    await fetch(`${application.url}/api/users/${id}`, { method: 'DELETE' });
    const room = await ada.makes('Analysis');
    const path = `/api/rooms/${room.id}`;
    await ada.says(room, 'Good morning!');
    await bob.joins(room);
    await ada.does('PATCH', path, { name: 'Synthesis' });
    await ada.does('PATCH', `${path}/members/${bob.id}`, { role: 'owner' });
    const cy = await Person.signUp(application.url, 'cy');
    await ada.does('POST', `${path}/invitations`, { userId: cy.id });
    await cy.does('DELETE', `${path}/invitations/${cy.id}`);
    const message = await ada.says(room, 'Good evening, @bob!');
    await ada.does('PATCH', `${path}/messages/${message.id}`, { text: 'Good night, @bob!' });
    await bob.reacts(message, '👋🏽');
    await bob.does('DELETE', reactionPath(message, '👋🏽'));
    for (const method of ['PUT', 'DELETE'])
      await ada.does(method, `${path}/messages/${message.id}/pin`);
    await ada.does('PUT', `${path}/messages/${message.id}/saved`);
    await ada.does('DELETE', `${path}/messages/${message.id}`);
    await bob.does('PUT', `${path}/read`, { seq: message.seq });
    await bob.does('PUT', `${path}/notifications`, { level: 'nothing' });
    await bob.does('PUT', `${path}/favourite`);
    await bob.repliesTo(message, 'Good night!');
    await bob.does('PUT', `/api/me/blocks/${cy.id}`);
    await bob.does('DELETE', `/api/me/blocks/${cy.id}`);
    await bob.does('POST', `${path}/typing`);
    const direct = await ada.does<typeof room>('POST', '/api/rooms', {
      kind: 'direct',
      userId: cy.id,
    });
    await cy.says(direct, `Hello ${randomUUID()}`);
    await bob.does('DELETE', `${path}/members/${bob.id}`);
    const shop = await Program.notifier(application);
    const sent = await shop.notifies({ userId: ada.id }, 'Shipped');
    await ada.does('PUT', '/api/me/notifications/read', { upTo: sent.id });
    await shop.notifies({ everyone: true }, 'Maintenance tonight');
    const again = await Person.signIn(application.url, 'ada');
    await again.does('DELETE', '/api/session');
    await cy.does('DELETE', '/api/me', { password: PASSWORD });
    expect((await ada.gets<User>(`/api/users/${cy.id}`)).firstname).toBe('Deleted user');
  }

  it('are declared for every class of events', () => {
    const recorded = globSync('src/**/*.events.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/static readonly type = '([a-z.]+)'/g)].map(
        ([, type]) => type!,
      ),
    );
    const declared = eventsIn(document.components.schemas, itemSchemaOf('/api/events'));
    expect(recorded).not.toEqual([]);
    // No subscriber receives the events of keys.
    const internal = KEY_EVENTS.map(({ type }) => type);
    expect(recorded.filter((type) => !declared.includes(type)).toSorted()).toEqual(internal);
  });
});
