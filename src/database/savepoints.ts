import { CompiledQuery, type Kysely } from 'kysely';
import { isPostgres } from './dialect.js';
import type { Schema } from './schema.js';

const SAVEPOINT = 'savepoint command';
const RELEASE = 'release savepoint command';
const ROLLBACK = 'rollback to savepoint command';

/**
 * How long a command waits for a row of another transaction while the group that it is in holds rows itself. Two groups
 * that wait for each other would be found out after a second only (`deadlock_timeout`), and all in them would wait.
 */
const LOCK_TIMEOUT = "set local lock_timeout = '5ms'";
const NO_LOCK_TIMEOUT = 'set local lock_timeout = 0';

/**
 * The savepoints of one transaction. All have one name: the last one counts.
 *
 * PostgreSQL takes several statements at once, so what is released there leaves with the next statement of this kind, and
 * a command costs one way to the server less. What is still held at COMMIT is released by it.
 */
export class Savepoints {
  readonly #isPostgres: boolean;
  #released = 0;
  #isImpatient = false;

  constructor(private readonly db: Kysely<Schema>) {
    this.#isPostgres = isPostgres(db);
  }

  begin(): Promise<void> {
    return this.#execute(...this.#takeReleased(), SAVEPOINT);
  }

  /** Keeps what was done since the last one began. */
  async release(): Promise<void> {
    if (this.#isPostgres) this.#released++;
    else await this.#execute(RELEASE);
  }

  /** Undoes what was done since the last one began; what was released meanwhile lies inside of it. */
  async undo(): Promise<void> {
    const inside = this.#takeReleased();
    // Rolled back one by one: after a statement that failed, PostgreSQL takes nothing else, no release either.
    const statements = [RELEASE, ...inside].flatMap((release) => [ROLLBACK, release]);
    if (this.#isPostgres) return this.#execute(...statements);
    for (const statement of statements) await this.#execute(statement);
  }

  /** From now on the transaction holds rows: a command that waits for others gives way soon. */
  async becomeImpatient(): Promise<void> {
    if (!this.#isPostgres || this.#isImpatient) return;
    this.#isImpatient = true;
    await this.#execute(...this.#takeReleased(), LOCK_TIMEOUT);
  }

  /** No command follows: what is left, the log and the commit, waits as long as it takes. */
  async end(): Promise<void> {
    if (this.#isImpatient) await this.#execute(...this.#takeReleased(), NO_LOCK_TIMEOUT);
  }

  #takeReleased(): string[] {
    const released = Array.from({ length: this.#released }, () => RELEASE);
    this.#released = 0;
    return released;
  }

  async #execute(...statements: string[]): Promise<void> {
    await this.db.executeQuery(CompiledQuery.raw(statements.join('; ')));
  }
}
