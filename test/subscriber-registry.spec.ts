import { type Subscriber, SubscriberRegistry } from '../src/events/subscriber-registry.js';
import { userDirectory } from '../src/users/users.stream.js';

const channels = Array.from({ length: 10 }, () => ({ view: userDirectory }));
const subscriber = (session: number, channel: number): Subscriber => ({
  channel: channels[channel]!,
  caller: { userId: `user ${session % 5}`, sessionId: `${session}`, expiresAt: 0 },
});

describe('the registry of subscribers', () => {
  it('finds those of a session or a channel, and forgets them', () => {
    const registry = new SubscriberRegistry<Subscriber>();
    const all = Array.from({ length: 1000 }, (_, n) => subscriber(n % 100, n % 10));
    for (const each of all) registry.add(each);
    expect(registry.all.size).toBe(1000);
    expect([...registry.ofSignIn('7')]).toEqual(all.filter((_, n) => n % 100 === 7));
    expect([...registry.ofChannel(channels[3]!)]).toEqual(all.filter((_, n) => n % 10 === 3));

    for (const each of all) registry.delete(each);
    expect([registry.all.size, registry.ofSignIn('7').size]).toEqual([0, 0]);
    expect(registry.ofChannel(channels[3]!).size).toBe(0);
  });
});
