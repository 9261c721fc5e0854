import Sqlite from 'better-sqlite3';
import pg from 'pg';

/** Runs SQL on a database of either engine as any program could, without a notification. */
export async function runAsOtherProgram(url: string, statements: string): Promise<void> {
  if (url.startsWith('sqlite:')) {
    const database = new Sqlite(url.slice('sqlite:'.length));
    try {
      // As `sqlite3 -bail` does: the first that fails ends it, and with it the transaction.
      database.exec(statements);
    } finally {
      database.close();
    }
    return;
  }
  const client = new pg.Client(url);
  await client.connect();
  try {
    // As psql does: each statement by itself.
    for (const statement of statements.split(/;\s*$/m).filter((text) => text.trim() !== ''))
      await client.query(statement);
  } finally {
    await client.end();
  }
}
