import Sqlite from 'better-sqlite3';
import pg from 'pg';

/** What each table of a database holds, found from its catalogue: also what an index or the planner has made of it. */
export async function tablesIn(url: string): Promise<Map<string, string>> {
  return url.startsWith('sqlite:') ? tablesInSqlite(url) : tablesInPostgres(url);
}

/** How many erasures of users are not done for the first time. */
export async function unfinished(url: string): Promise<number> {
  const query = 'select user_id from erasures where again_at is null';
  if (!url.startsWith('sqlite:'))
    return withClient(url, async (client) => (await client.query(query)).rows.length);
  return withFile(url, (database) => database.prepare(query).all().length);
}

/** Does what PostgreSQL does at times by itself: from then on, its statistics hold values of the tables. */
export async function collectStatistics(url: string): Promise<void> {
  if (!url.startsWith('sqlite:')) await withClient(url, (client) => client.query('analyze'));
}

const tablesInSqlite = (url: string): Map<string, string> =>
  withFile(url, (database) => {
    const names = database.prepare(`select name from sqlite_schema where type = 'table'`).pluck();
    return new Map(
      (names.all() as string[]).map((name) => {
        const rows = database.prepare(`select * from "${name}"`).raw().all() as unknown[][];
        return [name, rows.flat().map(asText).join('\n')];
      }),
    );
  });

const asText = (value: unknown): string =>
  value instanceof Buffer ? value.toString('latin1') : String(value);

const tablesInPostgres = (url: string): Promise<Map<string, string>> =>
  withClient(url, async (client) => {
    const rowsOf = async (from: string) => {
      const { rows } = await client.query<{ row: string }>(`select one::text as row from ${from}`);
      return rows.map(({ row }) => row).join('\n');
    };
    const names = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables
       where table_schema = current_schema() and table_type = 'BASE TABLE'`,
    );
    const tables = new Map<string, string>();
    for (const { name } of names.rows) tables.set(name, await rowsOf(`"${name}" one`));
    return tables.set('pg_stats', await rowsOf('pg_stats one where schemaname = current_schema()'));
  });

function withFile<T>(url: string, work: (database: Sqlite.Database) => T): T {
  const database = new Sqlite(url.slice('sqlite:'.length), { readonly: true });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
