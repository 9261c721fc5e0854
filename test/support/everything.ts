import Sqlite from 'better-sqlite3';
import pg from 'pg';

/** All that the tables of a database hold, found from its catalogue: also what an index or the planner has made of it. */
export async function everythingIn(url: string): Promise<string> {
  return url.startsWith('sqlite:') ? everythingInSqlite(url) : everythingInPostgres(url);
}

/** The names of the tables that the application has made, found from the catalogue. */
export async function tablesIn(url: string): Promise<string[]> {
  const names = url.startsWith('sqlite:') ? tablesInSqlite(url) : await tablesInPostgres(url);
  return names.filter((name) => !/^(sqlite_|kysely_|messages_words)/.test(name)).toSorted();
}

function everythingInSqlite(url: string): string {
  const database = open(url);
  try {
    return tablesInSqlite(url)
      .map((name) => database.prepare(`select * from "${name}"`).all() as object[])
      .flatMap((rows) => rows.flatMap((row) => Object.values(row) as unknown[]))
      .map((value) => (value instanceof Buffer ? value.toString('latin1') : String(value)))
      .join('\n');
  } finally {
    database.close();
  }
}

function tablesInSqlite(url: string): string[] {
  const database = open(url);
  try {
    return database
      .prepare(`select name from sqlite_schema where type = 'table'`)
      .pluck()
      .all() as string[];
  } finally {
    database.close();
  }
}

const open = (url: string) => new Sqlite(url.slice('sqlite:'.length), { readonly: true });

async function everythingInPostgres(url: string): Promise<string> {
  const tables = await tablesInPostgres(url);
  return withClient(url, async (client) => {
    let everything = '';
    for (const name of [...tables.map((name) => `"${name}"`), 'pg_stats']) {
      const mine = name === 'pg_stats' ? 'where schemaname = current_schema()' : '';
      const { rows } = await client.query<{ row: string }>(
        `select one::text as row from ${name} as one ${mine}`,
      );
      everything += rows.map(({ row }) => row).join('\n');
    }
    return everything;
  });
}

const tablesInPostgres = (url: string): Promise<string[]> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables
       where table_schema = current_schema() and table_type = 'BASE TABLE'`,
    );
    return rows.map(({ name }) => name);
  });

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
