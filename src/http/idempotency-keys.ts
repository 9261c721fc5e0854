import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import ms from 'ms';
import { Database } from '../database/database.js';
import { TransactionConflict } from '../database/errors.js';
import { type Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { Periodic } from '../periodic.js';

/** How long an answer can be had again. */
const KEPT = ms('24h');
const TRIM_EVERY = ms('10m');
const TRIM_AT_ONCE = 500;

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The stored answers, by scope (method and path) and key. */
@Injectable()
export class IdempotencyKeys implements OnModuleInit, OnModuleDestroy {
  readonly #periodic = new Periodic(IdempotencyKeys.name, TRIM_EVERY, () => this.trim());

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
  ) {}

  onModuleInit(): void {
    this.#periodic.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.#periodic.stop();
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
  async store(
    tx: Transaction,
    scope: string,
    key: string,
    fingerprint: string,
    answer: StoredAnswer,
  ): Promise<void> {
    const created_at = new Date().toISOString();
    const { numInsertedOrUpdatedRows } = await tx.db
      .insertInto('idempotency_keys')
      .values({ scope, key, fingerprint, answer: JSON.stringify(answer), created_at })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 0n)
      throw new TransactionConflict('The same request was carried out by another process.');
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
