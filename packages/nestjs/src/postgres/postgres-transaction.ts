import type { CompiledQuery, Kysely, QueryResult } from 'kysely';
import type pg from 'pg';
import type { DirectDatabases } from '../engine/direct-database.js';
import { DatabaseUnavailable } from '../engine/errors.js';
import type { Appended, OpenTransaction, RecordedEvent } from '../engine/open-transaction.js';
import type { Schema } from '../engine/schema.js';
import { APPEND, type AppendedRow, appendParameters } from './append-events.js';
import { ControlStatements } from './control-statements.js';
import type { GuardedClient } from './guarded-client.js';
import type { StatementNames } from './statement-names.js';

/**
 * A transaction on a connection in pipeline mode: statements that do not depend on each other's result leave in one write,
 * and need one round trip together. A command with one statement takes one round trip, and the end of the transaction
 * another one.
 *
 * Statements are only pipelined inside the transaction, where one that fails makes all later ones fail, too.
 */
export class PostgresTransaction implements OpenTransaction {
  readonly db: Kysely<Schema>;
  readonly #control = new ControlStatements();
  /** The error of a statement that aborted the transaction, or the changes since the most recent savepoint. */
  #failure: unknown;
  #isOpen = true;
  #isCommitted = false;

  private constructor(
    private readonly client: GuardedClient,
    databases: DirectDatabases,
    private readonly names: StatementNames,
    private readonly committed: () => void,
  ) {
    this.db = databases.open((query) => this.#query(query));
  }

  /** @param committed is called after the commit. */
  static async begin(
    client: GuardedClient,
    databases: DirectDatabases,
    names: StatementNames,
    committed: () => void,
  ): Promise<PostgresTransaction> {
    try {
      // Not pipelined: if it failed, later statements would commit on their own.
      await client.query('begin');
    } catch (error) {
      client.release();
      throw error;
    }
    return new PostgresTransaction(client, databases, names, committed);
  }

  get isCommitted(): boolean {
    return this.#isCommitted;
  }

  assertIntact(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async savepoint(): Promise<void> {
    this.#control.savepoint();
  }

  async release(): Promise<void> {
    this.#control.release();
  }

  async limitLockWaits(): Promise<void> {
    this.#control.limitLockWaits();
  }

  async undo(): Promise<void> {
    const statements = this.#control.undo();
    if (statements !== '') await this.client.query(statements);
    this.#failure = undefined;
  }

  async restart(): Promise<void> {
    await this.client.query(this.#control.restart());
    this.#failure = undefined;
  }

  async commit(events: readonly RecordedEvent[]): Promise<Appended | undefined> {
    this.#isOpen = false;
    const at = new Date().toISOString();
    const [append, outcome] = await Promise.allSettled(this.#appendAndCommit(events, at));
    if (append.status === 'rejected') throw append.reason;
    if (outcome.status === 'rejected') throw outcome.reason;
    // The server's answer to the COMMIT of a transaction that had failed.
    if (outcome.value.command !== 'COMMIT')
      throw new DatabaseUnavailable('The server rolled back the transaction.');
    this.#isCommitted = true;
    this.client.release();
    this.committed();
    const { head, previousAt } = append.value.rows[0]!;
    return events.length > 0 ? { head, at, previousAt: previousAt ?? undefined } : undefined;
  }

  async rollback(): Promise<void> {
    this.#isOpen = false;
    if (this.#isCommitted) return;
    try {
      await this.client.query('rollback');
    } finally {
      this.client.release();
    }
  }

  #appendAndCommit(
    events: readonly RecordedEvent[],
    at: string,
  ): [Promise<pg.QueryResult<AppendedRow>>, Promise<pg.QueryResult>] {
    const values = appendParameters(events, at);
    this.#send(this.#control.takeBeforeCommit());
    return [
      this.client.query<AppendedRow>({ ...this.names.of(APPEND), values }),
      this.client.query('commit'),
    ];
  }

  async #query<Row>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<Row>> {
    if (!this.#isOpen) throw new Error('A statement ran after its transaction had ended.');
    // Not those with rows: a migration of another node may change their columns.
    const text =
      query.kind === 'InsertQueryNode' && !query.returning ? this.names.of(sql) : { text: sql };
    try {
      this.#send(this.#control.take());
      const result = await this.client.query({ ...text, values: [...parameters] });
      return { rows: result.rows as Row[], numAffectedRows: BigInt(result.rowCount ?? 0) };
    } catch (error) {
      this.#failure ??= error;
      throw this.#failure;
    }
  }

  /** If this fails, the next statement fails because of it. */
  #send(statements: string): void {
    if (statements === '') return;
    this.client.query(statements).catch((error: unknown) => (this.#failure ??= error));
  }
}
