/** Whose turn a task takes. */
export interface Share {
  readonly network: string;
  readonly account: string;
}

interface Task {
  start(): void;
  refuse(): void;
}

/**
 * Runs slow tasks, few at once: one per network and one per account, so that none of them takes all. Networks take turns,
 * and within a network its accounts. When the queue is full, the last task of the longest queue gives way to a newcomer
 * with fewer (McKenney, "Stochastic Fairness Queueing", 1990), so whoever floods it only displaces themselves.
 */
export class HashQueue {
  /** By network, then by account, each in the order of its next turn. No queue in it is empty. */
  readonly #waiting = new Map<string, Map<string, Task[]>>();
  readonly #busyNetworks = new Set<string>();
  readonly #busyAccounts = new Set<string>();
  #running = 0;
  #length = 0;

  /**
   * @param concurrency tasks that run at once.
   * @param mostWaiting tasks that wait at once.
   * @param overflow what a task is refused with.
   */
  constructor(
    private readonly concurrency: number,
    private readonly mostWaiting: number,
    private readonly overflow: () => Error,
  ) {}

  /** Tasks that wait. */
  get length(): number {
    return this.#length;
  }

  /**
   * @returns what `work` returned.
   * @throws what `work` threw; what `overflow` makes, where too many wait.
   */
  run<T>(share: Share, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const task: Task = {
        start: () => void this.#carryOut(share, work).then(resolve, reject),
        refuse: () => reject(this.overflow()),
      };
      this.#add(share, task);
      if (this.#length > this.mostWaiting) this.#refuseOne(share.network);
      this.#startNext();
    });
  }

  #add({ network, account }: Share, task: Task): void {
    const accounts = getOrInsert(this.#waiting, network, () => new Map<string, Task[]>());
    getOrInsert(accounts, account, () => []).push(task);
    this.#length++;
  }

  /** Of the network with the most tasks, the newcomer's where several have as many; there, of the account with the most. */
  #refuseOne(newcomer: string): void {
    let longest = newcomer;
    for (const [network, accounts] of this.#waiting)
      if (lengthOf(accounts) > lengthOf(this.#waiting.get(longest)!)) longest = network;
    const accounts = this.#waiting.get(longest)!;
    const [account, tasks] = [...accounts].reduce((one, other) =>
      other[1].length >= one[1].length ? other : one,
    );
    const task = tasks.pop()!;
    if (tasks.length === 0) accounts.delete(account);
    if (accounts.size === 0) this.#waiting.delete(longest);
    this.#length--;
    task.refuse();
  }

  #startNext(): void {
    while (this.#running < this.concurrency) {
      const task = this.#takeNext();
      if (!task) return;
      task.start();
    }
  }

  #takeNext(): Task | undefined {
    for (const [network, accounts] of this.#waiting) {
      if (this.#busyNetworks.has(network)) continue;
      for (const [account, tasks] of accounts) {
        if (this.#busyAccounts.has(account)) continue;
        const task = tasks.shift()!;
        moveToEnd(accounts, account, tasks.length > 0);
        moveToEnd(this.#waiting, network, accounts.size > 0);
        this.#length--;
        return task;
      }
    }
    return undefined;
  }

  async #carryOut<T>({ network, account }: Share, work: () => Promise<T>): Promise<T> {
    this.#running++;
    this.#busyNetworks.add(network);
    this.#busyAccounts.add(account);
    try {
      return await work();
    } finally {
      this.#running--;
      this.#busyNetworks.delete(network);
      this.#busyAccounts.delete(account);
      this.#startNext();
    }
  }
}

function getOrInsert<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

function moveToEnd<K, V>(map: Map<K, V>, key: K, isKept: boolean): void {
  const value = map.get(key)!;
  map.delete(key);
  if (isKept) map.set(key, value);
}

const lengthOf = (accounts: ReadonlyMap<string, readonly Task[]>): number => {
  let length = 0;
  for (const tasks of accounts.values()) length += tasks.length;
  return length;
};
