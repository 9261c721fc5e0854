import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import ms from 'ms';
import { Database } from '../database/database.js';
import { TransactionConflict } from '../database/errors.js';
import { Installation } from '../database/installation.js';
import { type Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { Periodic } from '../periodic.js';
import { canonicalJson } from './canonical-json.js';

/** How long an answer can be had again. */
const KEPT = ms('24h');
const TRIM_EVERY = ms('10m');
const TRIM_AT_ONCE = 500;

/** Keys that one owner can have. Above this bound the oldest are forgotten. */
const MOST_PER_OWNER = 10_000;
/** Requests with keys after which the keys of one owner are counted: each time would cost more than the key. */
const COUNTED_EVERY = 100;

/** What is stored of an answer: nothing that anyone wrote. */
export interface StoredAnswer {
  readonly status: number;
  readonly location?: string;
}

export interface KeyToStore {
  readonly scope: string;
  readonly key: string;
  /** A user's id, or a network. */
  readonly owner: string;
  readonly fingerprint: string;
  readonly answer: StoredAnswer;
}

/** The answers to requests with keys, by scope (method and path) and key. */
@Injectable()
export class IdempotencyKeys implements OnModuleInit, OnModuleDestroy {
  #stored = 0;
  readonly #periodic = new Periodic(IdempotencyKeys.name, TRIM_EVERY, () => this.trim());

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly installation: Installation,
  ) {}

  onModuleInit(): void {
    this.#periodic.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.#periodic.stop();
  }

  /** The same for the same body, which cannot be found from it by trying: a text that was deleted could be short. */
  fingerprintOf(body: unknown): string {
    return this.installation.pseudonymOf(canonicalJson(body));
  }

  async find(
    tx: Transaction,
    scope: string,
    key: string,
  ): Promise<{ fingerprint: string; answer: StoredAnswer } | undefined> {
    const row = await tx.db
      .selectFrom('idempotency_keys')
      .select(['fingerprint', 'answer'])
      .where('scope', '=', scope)
      .where('key', '=', key)
      .executeTakeFirst();
    return row && { fingerprint: row.fingerprint, answer: JSON.parse(row.answer) as StoredAnswer };
  }

  /** @throws TransactionConflict the key has been stored by another process meanwhile. */
  async store(tx: Transaction, { owner, answer, ...stored }: KeyToStore): Promise<void> {
    const row = {
      ...stored,
      owner: this.installation.pseudonymOf(owner),
      answer: JSON.stringify(answer),
      created_at: new Date().toISOString(),
    };
    const { numInsertedOrUpdatedRows } = await tx.db
      .insertInto('idempotency_keys')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 0n)
      throw new TransactionConflict('The same request was carried out by another process.');
    if (++this.#stored % COUNTED_EVERY === 0) await this.#forgetSurplus(tx, row.owner);
  }

  async #forgetSurplus({ db }: Transaction, owner: string): Promise<void> {
    const last = await db
      .selectFrom('idempotency_keys')
      .select('created_at')
      .where('owner', '=', owner)
      .orderBy('created_at', 'desc')
      .offset(MOST_PER_OWNER)
      .limit(1)
      .executeTakeFirst();
    if (!last) return;
    await db
      .deleteFrom('idempotency_keys')
      .where('owner', '=', owner)
      .where('created_at', '<=', last.created_at)
      .execute();
  }

  /** Forgets what is older than a day, in small transactions so that commands get their turn between. */
  async trim(before: Date = new Date(Date.now() - KEPT)): Promise<void> {
    for (;;) {
      const expired = await this.database.read
        .selectFrom('idempotency_keys')
        .select(['scope', 'key'])
        .where('created_at', '<', before.toISOString())
        .limit(TRIM_AT_ONCE)
        .execute();
      if (expired.length === 0) return;
      await this.work.run(async (tx) => {
        for (const { scope, key } of expired)
          await tx.db
            .deleteFrom('idempotency_keys')
            .where('scope', '=', scope)
            .where('key', '=', key)
            .execute();
      });
    }
  }
}
