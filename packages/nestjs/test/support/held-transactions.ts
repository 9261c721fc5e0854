import type { Transaction } from '@carillon/nestjs';
import type { Shop } from './shop.js';

/** The transactions of an application that are stopped before they begin, as a pause of its process would stop them. */
export class HeldTransactions {
  readonly #held: Promise<unknown>[] = [];
  readonly #gate = Promise.withResolvers<void>();
  readonly #run: Shop['work']['run'];

  constructor(private readonly shop: Shop) {
    this.#run = shop.work.run.bind(shop.work);
    shop.work.run = (command) => this.#hold(command);
  }

  get count(): number {
    return this.#held.length;
  }

  /** Resolves when all of them have ended, in whichever way. */
  async release(): Promise<void> {
    this.shop.work.run = this.#run;
    this.#gate.resolve();
    await Promise.allSettled(this.#held);
  }

  #hold<T>(command: (tx: Transaction) => Promise<T>): Promise<T> {
    const result = this.#gate.promise.then(() => this.#run(command));
    this.#held.push(result);
    return result;
  }
}
