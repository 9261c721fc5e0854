import type { PostgresPoolClient } from 'kysely';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { DatabaseUnavailable, TransactionConflict } from '../engine/errors.js';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: the server cannot serve, or not this. */
const UNAVAILABLE = /^(08|53|57P0|58)|^(57014|25006|25P0[34])$/;
/** Two transactions were in conflict, and this one was rolled back. */
const CONFLICT = /^(40001|40P01|55P03)$/;

/**
 * The server function that warns when a COMMIT stopped waiting for the synchronous standby. The COMMIT succeeds, but its
 * data is lost if the standby takes over. Unlike the message, the name of the function is not translated.
 */
const NOT_REPLICATED = 'SyncRepWaitForLSN';

/** A notice of the server. The driver's types export it from no public module. */
type Notice = Readonly<{ routine?: string | undefined; message?: string | undefined }>;

/**
 * A connection of the pool, with errors that say whether the server is unavailable. The statements of one turn of the event
 * loop leave in one write.
 */
export interface GuardedClient {
  query<Row extends pg.QueryResultRow>(
    statement: string | pg.QueryConfig,
    values?: readonly unknown[],
  ): Promise<pg.QueryResult<Row>>;
  release(): void;
}

/**
 * Distinguishes a failing server from a failing statement, and a replicated commit from one that is not. A connection on
 * which the server failed is closed when it is released. A connection that does not respond is not used again, not even for
 * ROLLBACK, which would take a second timeout.
 */
export function guarded(client: pg.PoolClient): GuardedClient & PostgresPoolClient {
  const stream = streamOf(client);
  let broken: Error | undefined;
  let lost: Error | undefined;
  // Without this handler, a connection that breaks between two statements would end the process.
  const onError = (error: Error): void => void (lost = error);
  const onNotice = ({ routine, message }: Notice): void => {
    if (routine === NOT_REPLICATED) lost = new DatabaseUnavailable(message);
  };
  client.on('error', onError).on('notice', onNotice);
  const ask = async (...args: unknown[]): Promise<unknown> => {
    if (lost) throw lost;
    stream.cork();
    process.nextTick(() => stream.uncork());
    const result = await client.query(...(args as [string, unknown[]]));
    if (lost) throw lost;
    return result;
  };
  return {
    query: async (...args: unknown[]) => {
      try {
        return await translated(ask(...args));
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable) || error instanceof TransactionConflict)
          throw error;
        if (error.cause instanceof pg.DatabaseError) broken ??= error;
        else lost ??= error;
        throw error;
      }
    },
    release: () => {
      client.off('error', onError).off('notice', onNotice);
      client.release(lost ?? broken);
    },
  } as unknown as GuardedClient & PostgresPoolClient;
}

/** Missing in the types of the driver. */
export const streamOf = (client: pg.ClientBase): Duplex =>
  (client as unknown as { connection: { stream: Duplex } }).connection.stream;

/** @throws DatabaseUnavailable, TransactionConflict instead of the driver's errors. */
export async function translated<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error;
    const { code, message } = error as pg.DatabaseError;
    if (CONFLICT.test(code ?? '')) throw new TransactionConflict(message, { cause: error });
    if (error instanceof pg.DatabaseError && !UNAVAILABLE.test(code ?? '')) throw error;
    // Every other error comes from the connection: refused, reset, timed out.
    throw new DatabaseUnavailable(message, { cause: error });
  }
}
