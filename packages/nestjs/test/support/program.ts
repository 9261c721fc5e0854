import Sqlite from 'better-sqlite3';
import pg from 'pg';

/** A program that writes its own tables and does not know Carillon. */
export interface Program {
  run(statement: string): Promise<void>;
  end(): Promise<void>;
}

export async function programOn(url: string): Promise<Program> {
  if (url.startsWith('sqlite:')) {
    const database = new Sqlite(url.slice('sqlite:'.length));
    return {
      run: async (statement) => void database.exec(statement),
      end: async () => void database.close(),
    };
  }
  const client = new pg.Client(url);
  await client.connect();
  return {
    run: async (statement) => void (await client.query(statement)),
    end: () => client.end(),
  };
}
