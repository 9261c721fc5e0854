import { PushSlots } from '../../src/push/push-slots.js';

let count = 0;
const slot = (service: string, userId: string, failures = 0) => ({
  sessionId: `session ${count++}`,
  service,
  userId,
  failures,
});
const slots = (number: number, of: (n: number) => ReturnType<typeof slot>) =>
  Array.from({ length: number }, (_, n) => of(n));

describe('the slots for push notifications', () => {
  let taken: PushSlots;
  beforeEach(() => void (taken = new PushSlots()));
  const take = (all: readonly ReturnType<typeof slot>[]) => {
    const fitting = taken.fitting(all);
    fitting.forEach((one) => taken.take(one));
    return fitting;
  };

  it('leave room for others when the endpoints of a user are slow, whatever their services', () => {
    expect(take(slots(20, (n) => slot(`service ${n}`, 'eve')))).toHaveLength(4);
    expect(taken.full).toEqual({ services: [], userIds: ['eve'], failing: false });
    expect(take([slot('service', 'eve'), slot('service', 'ada')])).toMatchObject([
      { userId: 'ada' },
    ]);
  });

  it('leave room for other services when one hangs', () => {
    expect(take(slots(100, (n) => slot('slow', `user ${n}`)))).toHaveLength(16);
    expect(taken.full).toEqual({ services: ['slow'], userIds: [], failing: false });
    expect(take([slot('quick', 'ada')])).toHaveLength(1);
  });

  it('leave room for browsers that can be reached when many cannot', () => {
    expect(take(slots(100, (n) => slot(`service ${n}`, `user ${n}`, 1)))).toHaveLength(16);
    expect(taken.full).toEqual({ services: [], userIds: [], failing: true });
    expect(take([slot('service', 'ada', 1), slot('service', 'bob')])).toHaveLength(1);
  });

  it('are 64 in all, and free again once they are released', () => {
    const all = take(slots(100, (n) => slot(`service ${n}`, `user ${n}`)));
    expect([all.length, taken.free]).toEqual([64, 0]);
    taken.release(all[0]!);
    expect(take(slots(2, (n) => slot('service', `other ${n}`)))).toHaveLength(1);
  });
});
