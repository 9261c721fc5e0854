import { type Kysely, sql } from 'kysely';

/** Whether PostgreSQL has IS JSON: since version 16. */
export async function hasIsJson(db: Kysely<any>): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`
    select current_setting('server_version_num')::int >= 160000 as has`.execute(db);
  return rows[0]!.has;
}

/**
 * Creates `is_json` and `is_json_object`. Without IS JSON, only a failing cast shows that a text is no JSON, and catching it
 * starts a subtransaction.
 */
export async function createJsonChecks(
  db: Kysely<any>,
  schema: string,
  withIsJson: boolean,
): Promise<void> {
  for (const [name, own, condition] of [
    ['is_json', sql`value is json`, sql`value::json is not null`],
    ['is_json_object', sql`value is json object`, sql`json_typeof(value::json) = 'object'`],
  ] as const)
    await (
      withIsJson
        ? sql`create function ${sql.id(schema, name)}(value text) returns boolean language sql immutable
            as $$ select ${own} $$`
        : sql`create function ${sql.id(schema, name)}(value text) returns boolean language plpgsql immutable as $$ begin
            return ${condition};
          exception when data_exception then return false;
          end $$`
    ).execute(db);
}
