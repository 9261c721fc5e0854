import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { createHmac, randomBytes } from 'node:crypto';
import { Database } from '../engine/database.js';
import type { Schema } from '../engine/schema.js';
import { UnitOfWork } from '../transaction/unit-of-work.js';

const KEY_BYTES = 32;
/** Hex digits of a pseudonym: with 64 bits, the probability that two of a million values have the same one is 3e-8. */
const PSEUDONYM_DIGITS = 16;

/** The key that all processes of an installation share. The first process generates it. */
@Injectable()
export class Installation implements OnModuleInit {
  #key = '';

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#key = (await this.#readKey()) ?? (await this.#drawKey());
  }

  /**
   * A pseudonym that is the same in all processes of this installation. Without the key, the value can neither be read
   * from it nor be found by guessing (HMAC-SHA-256, RFC 2104).
   *
   * @returns 16 hex digits.
   */
  pseudonymOf(value: string): string {
    const digest = createHmac('sha256', this.#key).update(value).digest('hex');
    return digest.slice(0, PSEUDONYM_DIGITS);
  }

  /**
   * For background work that only one node at a time needs to do.
   *
   * @returns whether the transaction of no other node holds this lock. If so, this transaction holds it until it ends.
   */
  async isAlone(db: Kysely<Schema>): Promise<boolean> {
    const row = await db
      .selectFrom('installation')
      .select('name')
      .where('name', '=', 'key')
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    return row !== undefined;
  }

  async #readKey(): Promise<string | undefined> {
    const row = await this.database.read
      .selectFrom('installation')
      .select('value')
      .where('name', '=', 'key')
      .executeTakeFirst();
    return row?.value;
  }

  async #drawKey(): Promise<string> {
    const value = randomBytes(KEY_BYTES).toString('hex');
    await this.work.run(({ db }) =>
      db
        .insertInto('installation')
        .values({ name: 'key', value })
        // Another process may have stored its key first.
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    );
    return (await this.#readKey())!;
  }
}
