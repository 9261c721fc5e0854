import { Injectable } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import { isPostgres } from '../engine/dialect.js';
import type { Schema } from '../engine/schema.js';
import { CarillonOptions } from '../options.js';
import type { DomainEvent } from '../transaction/domain-event.js';
import { jsonOf } from '../transaction/event-form.js';

/** Runs one SQL statement with the parameters `$1`, `$2`, … inside a transaction. */
export type RunSql = (statement: string, parameters: unknown[]) => Promise<unknown>;

/**
 * A transaction of another library: a client of `pg`, an `EntityManager` or `QueryRunner` of TypeORM, the `tx` of Prisma's
 * `$transaction`, or a function that runs a statement in it.
 */
export type ExternalTransaction =
  | { query(statement: string, parameters: any[]): Promise<unknown> }
  | { $executeRawUnsafe(statement: string, ...parameters: any[]): Promise<unknown> }
  | RunSql;

export interface ExternalEventOptions {
  /** The id of the user who caused the event. */
  readonly actor?: string | undefined;
  /** `false` for an event that every subscriber of its topic may receive; `true` by default. Topics of features ignore it. */
  readonly isPrivate?: boolean | undefined;
  /** Further topics of the event. */
  readonly topics?: readonly string[] | undefined;
  /** An id that subscribers see, and can continue from. */
  readonly id?: string | undefined;
}

/**
 * Records events inside transactions of TypeORM, Prisma, Drizzle, Kysely or `pg` on the PostgreSQL database that contains
 * Carillon's schema. A node delivers them some milliseconds after the commit. If the transaction is rolled back, they were
 * never recorded.
 */
@Injectable()
export class ExternalEvents {
  readonly #record: string;
  readonly #isPostgres: boolean;

  constructor({ database }: CarillonOptions) {
    this.#isPostgres = !database.url.startsWith('sqlite:');
    this.#record = `select "${database.schema}".record($1::text, $2::text, $3::text, $4::boolean, $5::text[], $6::text, $7::text)`;
  }

  /**
   * @throws Error the database is SQLite, or the event has a subject; TypeError the event cannot be stored. Errors of the
   *   database come from the library of the transaction.
   *
   * @example
   * await dataSource.transaction(async (manager) => {
   *   await manager.save(order);
   *   await events.record(manager, new OrderPlaced(order));
   * });
   */
  async record(
    transaction: ExternalTransaction,
    event: DomainEvent,
    { actor, isPrivate = true, topics, id }: ExternalEventOptions = {},
  ): Promise<void> {
    if (!this.#isPostgres)
      throw new Error('ExternalEvents needs PostgreSQL. On SQLite, record with UnitOfWork.');
    const { topic, type, subject, redacts } = event;
    if (subject !== undefined || redacts !== undefined)
      throw new Error(`${type} has a subject, so it must be recorded with UnitOfWork.`);
    const values = [topic, type, jsonOf(event), isPrivate, topics, id, actor];
    await runOn(transaction)(
      this.#record,
      values.map((value) => value ?? null),
    );
  }

  /**
   * Returns the cursor of a snapshot whose rows other programs or `watchTable` record events about. A stream from it
   * continues the snapshot without a gap and without a repetition, also if those events are still in the inbox.
   *
   * @param db a transaction that reads one snapshot: that of `Database.snapshot`.
   */
  async cursor(db: Kysely<Schema>): Promise<string> {
    const { rows } = await (
      isPostgres(db)
        ? sql<{ cursor: string }>`select cursor() as cursor`
        : sql<{ cursor: string }>`select cursor from carillon_cursor`
    ).execute(db);
    return rows[0]!.cursor;
  }
}

function runOn(transaction: ExternalTransaction): RunSql {
  if (typeof transaction === 'function') return transaction;
  if ('query' in transaction)
    return (statement, parameters) => transaction.query(statement, parameters);
  return (statement, parameters) => transaction.$executeRawUnsafe(statement, ...parameters);
}
