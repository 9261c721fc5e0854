import { DeadNodes } from '../src/mercure/subscriptions/dead-nodes.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { STRICT, subscriberToken, TestHub, urlpattern } from './support/hub.js';
import { CarillonProcess } from './support/process.js';

const PATH = '/.well-known/mercure/subscriptions';

interface Subscription {
  readonly subscriber: string;
  readonly active: boolean;
}

describe('a node of the hub that is killed', () => {
  const { start } = ENGINES.find(({ name }) => name === 'PostgreSQL')!;
  let engine: EngineUnderTest;
  let hub: TestHub;
  let killed: CarillonProcess;

  beforeAll(async () => {
    engine = await start();
    const environment = { ...STRICT, DATABASE_URL: await engine.createDatabase() };
    hub = await TestHub.start(environment);
    killed = await CarillonProcess.start(environment);
  });
  afterAll(async () => {
    await killed.kill();
    await hub.stop();
    await engine.stop();
  });

  it('has its subscriptions ended once by another node, and those of others stay', async () => {
    const token = await subscriberToken(urlpattern(`${PATH}/*`));
    const query = { match_urlpattern: `${PATH}/exact/killed/:subscriber` };
    const watcher = await hub.subscribe(query, token);
    const own = await hub.subscribe({ match: 'killed' });
    const streams = Array.from({ length: 3 }, () =>
      fetch(`${killed.url}/.well-known/mercure?match=killed`),
    );
    await Promise.all(streams);
    await watcher.receives(4);
    await killed.kill();
    hub.application.app.get(DeadNodes, { strict: false }).silence = 500;
    await watcher.receives(7);
    const changes = watcher.data.map((data) => JSON.parse(data) as Subscription);
    const ended = changes.filter(({ active }) => !active).map(({ subscriber }) => subscriber);
    expect(new Set(ended).size).toBe(3);
    const left = await hub.get(`${PATH}/exact/killed`, token);
    const { subscriptions } = (await left.json()) as { subscriptions: Subscription[] };
    expect(subscriptions.map(({ subscriber }) => subscriber)).toEqual([changes[0]!.subscriber]);
    own.close();
  });
});
