import { EventEncoder } from '../../src/stream/event-encoder.js';
import { type Registered, SubscriberRegistry } from '../../src/stream/subscriber-registry.js';

const view = {
  key: 'orders',
  topics: new Map([['orders', 0]]),
  snapshot: null,
  encoder: new EventEncoder('orders', ({ type, data }) => ({ type, data })),
};
const channels = Array.from({ length: 10 }, () => ({ view }));
const subscriber = (session: number, channel: number): Registered => ({
  channel: channels[channel]!,
  caller: { id: `user ${session % 5}`, sessionId: `${session}` },
});

describe('the registry of subscribers', () => {
  it('finds those of a session or a channel, and forgets them', () => {
    const registry = new SubscriberRegistry<Registered>();
    const all = Array.from({ length: 1000 }, (_, n) => subscriber(n % 100, n % 10));
    for (const each of all) registry.add(each);
    expect(registry.all.size).toBe(1000);
    expect([...registry.ofSignIn('7')]).toEqual(all.filter((_, n) => n % 100 === 7));
    expect([...registry.ofChannel(channels[3]!)]).toEqual(all.filter((_, n) => n % 10 === 3));

    for (const each of all) registry.delete(each);
    expect([registry.all.size, [...registry.ofSignIn('7')].length]).toEqual([0, 0]);
    expect([...registry.ofChannel(channels[3]!)]).toEqual([]);
  });
});
