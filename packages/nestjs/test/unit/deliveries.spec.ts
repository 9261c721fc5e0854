import { Deliveries } from '../../src/stream/deliveries.js';
import { Scheduler } from '../../src/stream/scheduler.js';

/** A channel of which each write is recorded. */
class Recording {
  #waiting = 0;
  #left = 0;

  constructor(
    private readonly subscribers: number,
    private readonly writes: string[],
    private readonly name: string,
  ) {}

  add(): void {
    this.#waiting++;
  }

  get isWaiting(): boolean {
    return this.#waiting > 0 || this.#left > 0;
  }

  deliver(limit: number): number {
    if (this.#left === 0) [this.#left, this.#waiting] = [this.subscribers, 0];
    const served = Math.min(limit, this.#left);
    this.#left -= served;
    for (let n = 0; n < served; n++) this.writes.push(this.name);
    return served;
  }
}

describe('deliveries', () => {
  let writes: string[];
  let deliveries: Deliveries;
  const channel = (name: string, subscribers: number) => new Recording(subscribers, writes, name);
  const deliver = (...channels: Recording[]) => {
    for (const one of channels) {
      one.add();
      deliveries.add(one);
    }
    deliveries.start();
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  beforeEach(() => {
    writes = [];
    deliveries = new Deliveries(new Scheduler());
  });

  it('serve a few subscribers at once, and the others in later turns', async () => {
    deliver(channel('a', 20), channel('b', 1), channel('c', 100));
    expect(writes.join('')).toBe(`${'a'.repeat(20)}b${'c'.repeat(11)}`);
    while (writes.length < 121) await turn();
    expect(writes.filter((name) => name === 'c')).toHaveLength(100);
  });

  it('deliver in one write what is added to a channel before its turn', async () => {
    const [large, small] = [channel('a', 100), channel('b', 1)];
    deliver(large, small);
    deliver(small);
    deliver(small);
    while (writes.length < 101) await turn();
    await turn();
    expect(writes.filter((name) => name === 'b')).toHaveLength(1);
  });

  it('serve another channel before the next run of a large one', async () => {
    const [large, small] = [channel('a', 40), channel('b', 1)];
    deliver(large);
    deliver(small, large);
    while (writes.length < 81) await turn();
    expect(writes.indexOf('b')).toBe(40);
  });
});
