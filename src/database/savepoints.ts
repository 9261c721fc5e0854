import { CompiledQuery, type Kysely } from 'kysely';
import { isPostgres } from './dialect.js';
import type { Schema } from './schema.js';

const SAVEPOINT = 'savepoint command';
const RELEASE = 'release savepoint command';
const ROLLBACK = 'rollback to savepoint command';

/**
 * The savepoints of one transaction. All have one name: the last one counts.
 *
 * PostgreSQL takes several statements at once, so what is released there leaves with the next statement of this kind, and
 * a command costs one way to the server less. What is still held at COMMIT is released by it.
 */
export class Savepoints {
  readonly #canWait: boolean;
  #released = 0;

  constructor(private readonly db: Kysely<Schema>) {
    this.#canWait = isPostgres(db);
  }

  begin(): Promise<void> {
    return this.#execute(SAVEPOINT);
  }

  /** Keeps what was done since the last one began. */
  async release(): Promise<void> {
    if (this.#canWait) this.#released++;
    else await this.#execute(RELEASE);
  }

  /** Undoes what was done since the last one began. */
  async undo(): Promise<void> {
    if (this.#canWait) return this.#execute(ROLLBACK, RELEASE);
    await this.#execute(ROLLBACK);
    return this.#execute(RELEASE);
  }

  async #execute(...statements: string[]): Promise<void> {
    const released = Array.from({ length: this.#released }, () => RELEASE);
    this.#released = 0;
    await this.db.executeQuery(CompiledQuery.raw([...released, ...statements].join('; ')));
  }
}
