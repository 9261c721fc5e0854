import { type Transaction, UnitOfWork } from '@carillon/nestjs';
import { inLog } from '@carillon/nestjs/internal';
import { Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DeadNodes } from './dead-nodes.js';
import { changeOf } from './subscription-document.js';
import { type StoredSubscription, SubscriptionsRepository } from './subscriptions.repository.js';

/** Subscriptions whose start or end is recorded in one transaction. A connection has 100 at most. */
const ROWS_AT_ONCE = 500;

/** One subscription of a connection, which belongs to the node that records it. */
export type NewSubscription = Omit<StoredSubscription, 'node'>;

interface Change {
  readonly subscriber: string;
  /** `undefined` for the end of a connection. */
  readonly rows?: readonly NewSubscription[];
  /** The start is not the first. */
  readonly isAgain?: true;
  readonly resolve: () => void;
  /** A change without it is tried again if the database is not available. */
  readonly reject?: (error: unknown) => void;
}

/**
 * Records the subscriptions of this node's connections, many connections in one transaction. Each start and end of a
 * subscription is an event, in the transaction that stores it.
 */
@Injectable()
export class RecordedSubscriptions {
  readonly #logger = new Logger(RecordedSubscriptions.name);
  #node: string = randomUUID();
  /** Whether the database has had this node. */
  #isKnown = false;
  /** What is recorded as active, by subscriber. */
  readonly #active = new Map<string, readonly NewSubscription[]>();
  #changes: Change[] = [];
  #recording: Promise<void> | undefined;

  constructor(
    private readonly work: UnitOfWork,
    private readonly repository: SubscriptionsRepository,
    private readonly deadNodes: DeadNodes,
  ) {}

  /** Rejects if the database is not available. */
  start(subscriber: string, rows: readonly NewSubscription[]): Promise<void> {
    const started = new Promise<void>((resolve, reject) => {
      this.#changes.push({ subscriber, rows, resolve, reject });
    });
    void this.#record();
    return started;
  }

  end(subscriber: string): void {
    if (!this.#active.has(subscriber)) return;
    this.#changes.push({ subscriber, resolve: () => undefined });
    void this.#record();
  }

  async endAll(): Promise<void> {
    for (const subscriber of this.#active.keys()) this.end(subscriber);
    await this.#record();
  }

  /** Shows that this node lives, and ends the subscriptions of those that do not. */
  async beat(): Promise<void> {
    await this.#record();
    await this.deadNodes.end(this.#node);
  }

  /** In order, many at a time: thousands of connections may end at once. Each transaction shows that the node lives. */
  #record(): Promise<void> {
    this.#recording ??= this.#recordAll().finally(() => (this.#recording = undefined));
    return this.#recording;
  }

  async #recordAll(): Promise<void> {
    if (this.#changes.length + this.#active.size === 0) return;
    do {
      const batch = this.#changes.splice(0, this.#atOnce());
      try {
        await this.#recordOne(batch);
      } catch (error) {
        this.#failed(batch, error);
        return;
      }
    } while (this.#changes.length > 0);
  }

  /** The number of changes in the next transaction. */
  #atOnce(): number {
    let rows = 0;
    const end = this.#changes.findIndex((change) => (rows += this.#rowsOf(change)) > ROWS_AT_ONCE);
    return end < 0 ? this.#changes.length : Math.max(1, end);
  }

  #rowsOf({ subscriber, rows = this.#active.get(subscriber) }: Change): number {
    return rows?.length ?? 0;
  }

  async #recordOne(batch: readonly Change[]): Promise<void> {
    const isAlive = await this.work.run((tx) => this.#recordBatch(tx, batch));
    if (!isAlive) return this.#startAgain(batch);
    this.#isKnown = true;
    for (const { subscriber, rows, resolve } of batch) {
      if (rows) this.#active.set(subscriber, rows);
      else this.#active.delete(subscriber);
      resolve();
    }
  }

  /** Starts fail with their requests. Ends are tried again with the next sign of life. */
  #failed(batch: readonly Change[], error: unknown): void {
    this.#logger.warn(inLog(error), 'Active subscriptions could not be recorded.');
    for (const { reject } of batch) reject?.(error);
    this.#changes = [...batch.filter(({ reject }) => !reject), ...this.#changes];
  }

  /** @returns whether this node is alive: no other node has taken it for dead. */
  async #recordBatch(tx: Transaction, batch: readonly Change[]): Promise<boolean> {
    if (!(await this.#showLife(tx))) return false;
    for (const { subscriber, rows } of batch)
      if (rows) await this.#store(tx, rows);
      else
        for (const row of await this.repository.removeOf(tx.db, subscriber))
          tx.publish(changeOf(row, false));
    return true;
  }

  async #showLife({ db }: Transaction): Promise<boolean> {
    if (await this.repository.beat(db, this.#node)) return true;
    if (!this.#isKnown) await this.repository.addNode(db, this.#node);
    return !this.#isKnown;
  }

  async #store(tx: Transaction, rows: readonly NewSubscription[]): Promise<void> {
    const stored = rows.map((row) => ({ ...row, node: this.#node }));
    await this.repository.add(tx.db, stored);
    for (const row of stored) tx.publish(changeOf(row, true));
  }

  /** Ends what another node may not have ended yet, and starts the subscriptions again, as those of a new node. */
  async #startAgain(batch: readonly Change[]): Promise<void> {
    await this.deadNodes.endSubscriptions(this.#node);
    [this.#node, this.#isKnown] = [randomUUID(), false];
    const again = [...this.#active].map(([subscriber, rows]): Change => ({
      subscriber,
      rows,
      isAgain: true,
      resolve: () => undefined,
    }));
    const others = [...batch, ...this.#changes].filter(({ isAgain }) => !isAgain);
    this.#changes = [...again, ...others];
  }
}
