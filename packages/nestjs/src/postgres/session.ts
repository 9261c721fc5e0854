import pg from 'pg';

/** Limits in milliseconds on how long a request waits for the database, whatever its state. */
export interface Timeouts {
  readonly connect: number;
  readonly statement: number;
  /** For a server that does not even report its own timeout. Also bounds how long a COMMIT waits for a standby. */
  readonly answer: number;
}

const IDLE_IN_TRANSACTION_TIMEOUT = 10_000;

/** The settings of each session, by name. */
export const settingsOf = ({ statement }: Timeouts): Record<string, string> => ({
  statement_timeout: `${statement}`,
  idle_in_transaction_session_timeout: `${IDLE_IN_TRANSACTION_TIMEOUT}`,
  // The warning about a commit that was not replicated must arrive.
  client_min_messages: 'warning',
});

/**
 * Applies the settings after connecting: PgBouncer refuses most of them as startup parameters. A command that was answered
 * with 2xx must survive a power cut whatever the server's default is, so `synchronous_commit` is never `off`.
 */
export async function prepareSession(
  client: pg.ClientBase,
  settings: Record<string, string>,
): Promise<void> {
  await client.query(
    `select set_config(name, value, false) from unnest($1::text[], $2::text[]) as setting (name, value)
    union all
    select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`,
    [Object.keys(settings), Object.values(settings)],
  );
}

/** Positions are far below 2^53, so a `bigint` becomes a number. */
export const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid, format) =>
  oid === pg.types.builtins.INT8 ? Number : (pg.types.getTypeParser(oid, format) as unknown);
