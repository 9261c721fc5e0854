import { rmSync } from 'node:fs';
import type { ReceivedNotification } from '../src/notifications/notification.js';
import type { Message } from '../src/rooms/room/message.js';
import type { Membership } from '../src/rooms/room/room.js';
import { TestIssuer } from './support/issuer.js';
import { CarillonProcess } from './support/process.js';
import { codeIn, documentAt, settingsIn, Shell } from './support/shell.js';

const README = documentAt('README.md');

describe('the README', () => {
  let carillon: CarillonProcess;

  beforeAll(async () => {
    carillon = await CarillonProcess.start();
  });
  afterAll(async () => {
    await carillon.kill();
    rmSync(carillon.folder, { recursive: true });
  });

  it('shows a conversation that goes as it says when its lines are pasted, over a kill -9', async () => {
    const blocks = codeIn(README, 'sh', 'Talk').map((lines) =>
      lines
        .replaceAll('localhost:8000', `127.0.0.1:${carillon.port}`)
        .replaceAll('/tmp/', `${carillon.folder}/`),
    );
    expect(blocks).toHaveLength(5);
    const [signIn, subscribe, post, resume, read] = blocks as [
      string,
      string,
      string,
      string,
      string,
    ];
    const shell = new Shell();
    shell.paste(signIn + subscribe);
    await shell.shows('retry: ');
    shell.paste(post);
    // In both responses and in the event.
    await shell.shows('"text":"Do you hear me, @bob?"', 3);
    await carillon.kill();
    carillon = await CarillonProcess.start({}, carillon.port, carillon.folder);
    shell.paste(resume);
    await shell.shows('"text":"Are you still there?"', 2);
    // The stream ends first, so that nothing it carries comes between.
    shell.paste(`kill $!; wait $!; echo "== read"\n${read}`);
    await shell.end();

    const [received, stored] = shell.output.split('== read') as [string, string];
    expect(received.match(/event: message\.posted\n/g)).toHaveLength(2);
    const messages = received.match(/\{"id":"[^"]+","roomId".*?"deletedAt":null\}/g)!;
    expect(messages).toHaveLength(5);
    expect(new Set(messages.slice(0, 3)).size).toBe(1);
    expect(new Set(messages).size).toBe(2);

    const [memberships, history] = stored
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown) as [Membership[], Message[]];
    expect(memberships[0]).toMatchObject({ room: { name: 'Belfry' }, unread: 2, mentions: 1 });
    expect(history.map(({ text }) => text)).toEqual([
      'Do you hear me, @bob?',
      'Are you still there?',
    ]);
  });

  it('shows the state of an order to its customer, and a notification, when its lines are pasted', async () => {
    const issuer = await TestIssuer.start();
    const [start, ...lines] = codeIn(README, 'sh', 'Publish your own events');
    const { AUTH_AUDIENCE, TOPIC_GRANTS } = settingsIn(start!);
    const shop = await CarillonProcess.start({
      AUTH_ISSUER: issuer.url,
      AUTH_AUDIENCE: AUTH_AUDIENCE!,
      TOPIC_GRANTS: TOPIC_GRANTS!,
    });
    const shell = Shell.beside(shop, {
      TOKEN: await issuer.token({ sub: 'ada', aud: AUTH_AUDIENCE }),
      OTHER: await issuer.token({ sub: 'bob', aud: AUTH_AUDIENCE }),
    });
    const [publish, follow, ship, read] = lines.map((block) =>
      block.replaceAll('localhost:8000', shop.url),
    ) as [string, string, string, string];
    shell.paste(publish + follow);
    await shell.shows('retry: ');
    shell.paste(ship);
    await shell.shows('event: notification.created');
    await shell.shows('event: order.shipped');
    shell.paste(`kill $!; wait $!; echo "== read"\n${read}`);
    await shell.shows('== read');
    // Another customer receives nothing of it.
    shell.paste(`echo "== other"\n${follow.split('\n')[0]!.replace('$TOKEN', '$OTHER')}`);
    await shell.end();

    const [received, stored, other] = shell.output.split(/== \w+\n/) as [string, string, string];
    expect(received.match(/"order\.placed"/g)).toHaveLength(1);
    // Not at the start of a line: the responses and the stream share the terminal.
    expect(received.match(/event: order\.\w+/g)).toEqual(['event: order.shipped']);
    expect(JSON.parse(stored)).toEqual([
      expect.objectContaining({
        kind: 'order',
        read: false,
      } satisfies Partial<ReceivedNotification>),
    ]);
    expect(JSON.parse(other)).toEqual({ events: [], cursor: expect.any(String) as string });
    expect(shell.errors).toBe('');
    await shop.stop();
    await issuer.stop();
    rmSync(shop.folder, { recursive: true });
  });
});

describe('the guide to publishing', () => {
  it('has lines that do what it says when they are pasted', async () => {
    const carillon = await CarillonProcess.start();
    const blocks = codeIn(documentAt('docs/publishing.md'), 'sh').map((block) =>
      block.replaceAll('http://localhost:8000', carillon.url),
    );
    expect(blocks).toHaveLength(7);
    const [create, manage, publish, notify, grants, who, page] = blocks as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const shell = Shell.beside(carillon);
    for (const block of [create, publish, notify, who, page, manage])
      shell.paste(`${block}\necho; echo ==`);
    await shell.end();

    const [, published, sent, subscribed, events, managed] = shell.output.split('==\n') as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    expect(JSON.parse(subscribed)).toMatchObject({ subscriptions: [] });
    const { id } = JSON.parse(published) as { id: string };
    expect(JSON.parse(sent)).toMatchObject({ title: 'Order 42 has been shipped' });
    expect(JSON.parse(events)).toMatchObject({
      events: [{ id, topic: 'orders/42', type: 'order.shipped', data: { orderId: 42 } }],
      cursor: expect.any(String) as string,
    });
    expect(managed).toMatch(/"name":"shop".*\n.*\n?Revoked the key shop/);
    expect(settingsIn(grants)).toEqual({
      TOPIC_GRANTS: 'orders/{sub} teams/{claims.groups}/* inbox/{id}',
    });
    await carillon.stop();
    rmSync(carillon.folder, { recursive: true });
  });
});
