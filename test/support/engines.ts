import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesWith, temporaryFolder } from './files.js';
import { sharedPostgres } from './shared-postgres.js';

/** Where databases of one kind come from. */
export interface EngineUnderTest {
  /** The URL of a new, empty database. */
  createDatabase(): Promise<string>;
  /** The files of its databases that hold some bytes: those of the tables, and SQLite's WAL. */
  filesWith(text: string): Promise<string[]>;
  stop(): Promise<void>;
}

/** Both engines, for `describe.each`: what holds for one holds for the other. */
export const ENGINES = [
  { name: 'SQLite', start: startSqlite },
  { name: 'PostgreSQL', start: sharedPostgres },
];

async function startSqlite(): Promise<EngineUnderTest> {
  const folder = temporaryFolder();
  let databases = 0;
  return {
    createDatabase: async () => `sqlite:${join(folder, `${databases++}.db`)}`,
    filesWith: async (text) => filesWith(folder, text),
    stop: async () => rmSync(folder, { recursive: true }),
  };
}
