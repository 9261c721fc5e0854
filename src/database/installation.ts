import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { createHmac, randomBytes } from 'node:crypto';
import { Database } from './database.js';
import type { Schema } from './schema.js';
import { UnitOfWork } from './unit-of-work.js';

const KEY_BYTES = 32;
/** Hex digits of a pseudonym: 64 bits, so that two of a million values are the same with a probability of 3e-8. */
const PSEUDONYM_DIGITS = 16;

/** What all processes of one installation share: a key, drawn when the first of them starts. */
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
   * The same for the same value in all processes of this installation, and of no use elsewhere: the value can neither
   * be read from it nor be found by trying, without the key (HMAC-SHA-256, RFC 2104).
   *
   * @returns 16 hex digits.
   */
  pseudonymOf(value: string): string {
    const digest = createHmac('sha256', this.#key).update(value).digest('hex');
    return digest.slice(0, PSEUDONYM_DIGITS);
  }

  /**
   * For background work that one node at a time is enough for.
   *
   * @returns whether no transaction of another node that was told so is open; until the end of this one, none is.
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
        // Another process may have been first.
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    );
    return (await this.#readKey())!;
  }
}
