import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { Kysely } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../engine/database.js';
import { OutageLog } from '../engine/outage-log.js';
import type { Schema } from '../engine/schema.js';
import { UnitOfWork } from '../transaction/unit-of-work.js';
import { InboxBatches } from './inbox-batches.js';
import { hasRows } from './move-rows.js';

/** Milliseconds between two looks at the inbox by the node whose turn it is, at least. */
const POLL = 20;
/** At most, on a busy machine. */
const MAX_POLL = 80;
/** How many times as long as a move the pause after it is. */
const REST = 8;
/** Milliseconds of a turn. Then any node may take the next one. */
const TURN = 1000;
/** Milliseconds after which a node whose turn it is not tries again. */
const PAUSE = 500;

/**
 * Moves the events that other programs have recorded into the log.
 *
 * One node at a time looks at the inbox. The programs do not notify it: NOTIFY inside a transaction makes all commits
 * that notify wait for each other (decision 15 has the figures).
 */
@Injectable()
export class Inbox implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #outages = new OutageLog(new Logger(Inbox.name), {
    begins: 'Events cannot be moved from the inbox. Carillon tries again.',
    ends: 'Events are moved from the inbox again.',
  });
  readonly #stop = new AbortController();
  #turns: Promise<void> | undefined;
  #moving: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  readonly #batches: InboxBatches;

  constructor(
    private readonly database: Database,
    work: UnitOfWork,
  ) {
    this.#batches = new InboxBatches(work);
  }

  onApplicationBootstrap(): void {
    this.#turns = this.#takeTurns();
  }

  async onModuleDestroy(): Promise<void> {
    this.#stop.abort();
    await this.#turns;
  }

  /**
   * Moves everything that is committed at the call. Calls that arrive together share the work.
   *
   * @throws whatever keeps the database from being written.
   */
  moveNow(): Promise<void> {
    if (!this.#moving) return this.#begin(this.#moveIfAny());
    // The move in progress may have read the inbox before this call.
    this.#next ??= this.#moving
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.moveNow();
      });
    return this.#next;
  }

  async #moveIfAny(): Promise<void> {
    if (await hasRows(this.database.read)) await this.#moveAll();
  }

  async #moveAll(): Promise<void> {
    while (await this.#batches.moveNext());
  }

  #begin(moving: Promise<void>): Promise<void> {
    this.#moving = moving.finally(() => (this.#moving = undefined));
    return this.#moving;
  }

  get #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #takeTurns(): Promise<void> {
    while (!this.#isStopped) {
      const hadTurn = await this.#takeTurn();
      if (!hadTurn) await this.#pause(PAUSE * (0.5 + Math.random()));
    }
  }

  async #takeTurn(): Promise<boolean> {
    try {
      const hadTurn = await this.database.onOneNode((db) => this.#poll(db));
      this.#outages.succeeded();
      return hadTurn;
    } catch (error) {
      if (!this.#isStopped) this.#outages.failed(error);
      return false;
    }
  }

  async #poll(db: Kysely<Schema>): Promise<void> {
    const end = performance.now() + TURN;
    while (!this.#isStopped && performance.now() < end) {
      const began = performance.now();
      if (await hasRows(db)) await (this.#moving ?? this.#begin(this.#moveAll()));
      await this.#pause(pauseAfter(performance.now() - began));
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#stop;
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  }
}

/** A move takes longer on a busy machine. Larger batches then take less of the CPU time that the other programs need. */
const pauseAfter = (milliseconds: number): number =>
  Math.min(MAX_POLL, Math.max(POLL, REST * milliseconds));
