import { Database, type Transaction, TransactionConflict, UnitOfWork } from '@carillon/nestjs';
import { Installation, Periodic } from '@carillon/nestjs/internal';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import ms from 'ms';
import { canonicalJson } from './canonical-json.js';
import './idempotency.tables.js';

/** How long a key is stored. */
const RETENTION = ms('24h');
const TRIM_INTERVAL = ms('10m');
const TRIM_AT_ONCE = 500;

/** The maximum number of keys of one owner. Above this limit, the oldest keys are deleted. */
const MAX_PER_OWNER = 10_000;
/**
 * The number of requests with keys after which the keys of an owner are counted. Counting for each request would cost
 * more than the key itself.
 */
const COUNT_INTERVAL = 100;

/** The stored part of a response. It contains no text of users. */
export interface StoredAnswer {
  readonly status: number;
  readonly location?: string;
  /** The id of what was created, if it has no `Location`. */
  readonly createdId?: string;
}

export interface KeyToStore {
  readonly scope: string;
  readonly key: string;
  /** The id of a user, or the network of an anonymous caller. */
  readonly owner: string;
  readonly fingerprint: string;
  readonly answer: StoredAnswer;
}

/** The responses to requests with keys, by scope (method and path) and key. */
@Injectable()
export class IdempotencyKeys implements OnModuleInit, OnModuleDestroy {
  #stored = 0;
  readonly #periodic = new Periodic(IdempotencyKeys.name, TRIM_INTERVAL, () => this.trim());

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

  /** A fingerprint of a body. It is keyed, so a short text that was deleted cannot be recovered by guessing. */
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

  /** @throws TransactionConflict another process has stored the key in the meantime. */
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
    if (++this.#stored % COUNT_INTERVAL === 0) await this.#forgetSurplus(tx, row.owner);
  }

  async #forgetSurplus({ db }: Transaction, owner: string): Promise<void> {
    const last = await db
      .selectFrom('idempotency_keys')
      .select('created_at')
      .where('owner', '=', owner)
      .orderBy('created_at', 'desc')
      .offset(MAX_PER_OWNER)
      .limit(1)
      .executeTakeFirst();
    if (!last) return;
    const oldest = db
      .selectFrom('idempotency_keys')
      .select(['scope', 'key'])
      .where('owner', '=', owner)
      .where('created_at', '<=', last.created_at)
      .orderBy('created_at')
      .limit(TRIM_AT_ONCE)
      .$asTuple('scope', 'key');
    await db
      .deleteFrom('idempotency_keys')
      .where((row) => row(row.refTuple('scope', 'key'), 'in', oldest))
      .execute();
  }

  /** Deletes keys older than a day, in small transactions so that other commands can run in between. */
  async trim(before: Date = new Date(Date.now() - RETENTION)): Promise<void> {
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
