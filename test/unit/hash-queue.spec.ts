import { HashQueue, type Share } from '../../src/accounts/hash-queue.js';

/** Tasks that end on demand, in a queue that lets some of them run and some of them wait. */
class Tasks {
  readonly started: string[] = [];
  readonly refused: string[] = [];
  readonly #queue: HashQueue;
  readonly #ends = new Map<string, () => void>();

  constructor(concurrency: number, mostWaiting = 100) {
    this.#queue = new HashQueue(concurrency, mostWaiting, () => new Error('full'));
  }

  /** Adds a task of `network/account/number`. */
  add(name: string): void {
    const [network, account] = name.split('/') as [string, string];
    const share: Share = { network, account: `${network}/${account}` };
    const work = () => {
      this.started.push(name);
      return new Promise<void>((resolve) => this.#ends.set(name, resolve));
    };
    this.#queue.run(share, work).catch(() => this.refused.push(name));
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)!();
    await new Promise(setImmediate);
  }

  /** Ends one after the other, in the order in which they start. */
  async endAll(): Promise<void> {
    for (let n = 0; n < this.started.length; n++) await this.end(this.started[n]!);
  }
}

describe('a fair queue', () => {
  it('lets networks take turns, and the accounts of each', async () => {
    const tasks = new Tasks(1);
    for (const name of ['a/1/1', 'a/1/2', 'a/1/3', 'a/2/1', 'b/1/1', 'b/1/2', 'c/1/1'])
      tasks.add(name);
    await tasks.endAll();
    expect(tasks.started).toEqual(['a/1/1', 'a/1/2', 'b/1/1', 'c/1/1', 'a/2/1', 'b/1/2', 'a/1/3']);
  });

  it('runs one task of a network at once, and leaves the other place to others', async () => {
    const tasks = new Tasks(2);
    for (const name of ['a/1/1', 'a/2/1', 'a/3/1']) tasks.add(name);
    expect(tasks.started).toEqual(['a/1/1']);
    tasks.add('b/1/1');
    expect(tasks.started).toEqual(['a/1/1', 'b/1/1']);
    await tasks.endAll();
    expect(tasks.started).toHaveLength(4);
  });

  it('runs one task of an account at once, from whichever networks they come', async () => {
    const queue = new HashQueue(2, 100, () => new Error('full'));
    const started: string[] = [];
    const ends: (() => void)[] = [];
    const run = (network: string, account: string) =>
      queue.run({ network, account }, () => {
        started.push(`${network} ${account}`);
        return new Promise<void>((resolve) => void ends.push(resolve));
      });
    const all = [run('a', 'ada'), run('b', 'ada'), run('c', 'bob')];
    expect(started).toEqual(['a ada', 'c bob']);
    for (let n = 0; n < 3; n++) {
      ends[n]!();
      await new Promise(setImmediate);
    }
    await Promise.all(all);
    expect(started).toEqual(['a ada', 'c bob', 'b ada']);
  });

  it('refuses whoever has the most waiting when it is full, and nobody with fewer', async () => {
    const tasks = new Tasks(1, 4);
    for (let n = 1; n <= 7; n++) tasks.add(`a/1/${n}`);
    tasks.add('b/1/1');
    tasks.add('c/1/1');
    await new Promise(setImmediate);
    expect(tasks.refused).toEqual(['a/1/6', 'a/1/7', 'a/1/5', 'a/1/4']);
    await tasks.endAll();
    expect(tasks.started).toEqual(['a/1/1', 'a/1/2', 'b/1/1', 'c/1/1', 'a/1/3']);
  });

  it('goes on after a task that failed', async () => {
    const queue = new HashQueue(1, 10, () => new Error('full'));
    const share = { network: 'a', account: 'ada' };
    const failed = queue.run(share, () => Promise.reject(new Error('broken')));
    const next = queue.run(share, () => Promise.resolve('done'));
    await expect(failed).rejects.toThrow('broken');
    expect(await next).toBe('done');
  });
});
