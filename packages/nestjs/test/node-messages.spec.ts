import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { openDatabase } from '../src/database/open-database.js';
import { Database, type Engine, MAX_MESSAGE_BYTES } from '../src/engine/database.js';
import { NodeMessages } from '../src/engine/node-messages.js';
import { runAsOtherProgram } from '../../../test/support/other-program.js';
import type { EngineUnderTest } from '../../../test/support/engines.js';
import { sharedPostgres } from '../../../test/support/shared-postgres.js';
import { until } from '../../../test/support/wait.js';

const isText = (message: unknown): message is string => typeof message === 'string';

describe('messages between nodes', () => {
  let server: EngineUnderTest;
  let url: string;
  let nodes: { engine: Engine; messages: NodeMessages; received: string[] }[];
  let warnings: string[];

  const open = async () => {
    const engine = await openDatabase(url);
    const messages = new NodeMessages(new Database(engine));
    messages.onModuleInit();
    const received: string[] = [];
    const channel = messages.channel('greeting', isText);
    channel.messages.subscribe((message) => received.push(message));
    return { engine, messages, received, channel };
  };

  beforeAll(async () => {
    server = await sharedPostgres();
    url = await server.createDatabase();
  });
  beforeEach(() => {
    nodes = [];
    warnings = [];
    jest
      .spyOn(Logger.prototype, 'warn')
      .mockImplementation((warning: unknown) => void warnings.push(String(warning)));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const { engine, messages } of nodes) {
      messages.onModuleDestroy();
      await engine.close();
    }
  });
  afterAll(() => server.stop());

  /** Two nodes that receive what the other one sends. */
  const connected = async () => {
    const [one, other] = [await open(), await open()];
    nodes = [one, other];
    // A message is lost until the other node listens to the database.
    let pings = 0;
    await until(() => {
      pings++;
      one.channel.send('ping');
      other.channel.send('ping');
      return [one, other].every(({ received }) => received.length > pings);
    });
    return [one, other] as const;
  };

  it('reach the node that sends them at once, and every other node in order', async () => {
    const [one, other] = await connected();
    const sent = Array.from({ length: 50 }, (_, n) => `message ${n} ${'x'.repeat(20 * n)}`);
    for (const message of sent) one.channel.send(message);
    expect(one.received.slice(-50)).toEqual(sent);
    await until(() => other.received.at(-1) === sent.at(-1));
    expect(other.received.filter((message) => message !== 'ping')).toEqual(sent);
    expect(warnings).toEqual([]);
  });

  it('reach only the channel of their kind', async () => {
    const [one, other] = await connected();
    one.messages.channel('goodbye', isText).send('bye');
    const goodbyes: string[] = [];
    other.messages.channel('goodbye', isText).messages.subscribe((text) => goodbyes.push(text));
    one.channel.send('hello');
    await until(() => other.received.at(-1) === 'hello');
    expect(goodbyes).toEqual(['bye']);
    expect(other.received).not.toContain('bye');
  });

  it('are dropped with a warning when their kind is unknown or their form is wrong', async () => {
    const [one, other] = await connected();
    const wrong = ['null', '7', '{}', 'no json', '{"kind":"greeting","message":1}'];
    // Every list of messages follows the id of its sender.
    const payload = randomBytes(8).toString('hex') + JSON.stringify(wrong);
    await runAsOtherProgram(url, `notify carillon_messages, '${payload}'`);
    one.channel.send('still here');
    await until(() => other.received.at(-1) === 'still here');
    expect(other.received.every((message) => /^(ping|still here)$/.test(message))).toBe(true);
    // Both nodes receive what another program sends.
    await until(() => warnings.length === 10);
    expect(new Set(warnings)).toEqual(
      new Set(['Ignored an unknown or invalid message from another node.']),
    );
    expect(warnings).toHaveLength(10);
  });

  it('are refused when they are too long, and then reach nobody', async () => {
    const node = await open();
    nodes = [node];
    expect(() => node.channel.send('é'.repeat(MAX_MESSAGE_BYTES / 2))).toThrow(RangeError);
    expect(node.received).toEqual([]);
  });

  it('have one channel for each kind', async () => {
    const node = await open();
    nodes = [node];
    expect(() => node.messages.channel('greeting', isText)).toThrow(
      'The channel "greeting" exists already.',
    );
  });
});
