import type { Engine } from '../engine/database.js';
import { openPostgres } from '../postgres/open-postgres.js';
import type { PostgresOptions } from '../postgres/postgres-engine.js';
import { pathOf, warnOfLoosePermissions } from '../sqlite/sqlite-file.js';
import { openSqlite } from '../sqlite/open-sqlite.js';
import type { Feature } from '../feature/feature.js';
import { featuresOf } from '../feature/features.js';
import { migrate } from './migrations.js';

/**
 * Opens and migrates the database of a URL.
 *
 * @param features the features of the application (`featuresOf`), whose tables are created as well.
 * @param options options for PostgreSQL, and the name of the setting that contains the URL.
 * @throws StartupError the database cannot be opened, or is newer than this program.
 */
export async function openDatabase(
  url: string,
  features: readonly Feature[] = featuresOf([]),
  options: PostgresOptions = {},
): Promise<Engine> {
  const engine = url.startsWith('sqlite:')
    ? openSqlite(url, options.setting)
    : await openPostgres(url, options);
  try {
    await migrate(engine, features);
    if (url.startsWith('sqlite:')) warnOfLoosePermissions(pathOf(url));
    return engine;
  } catch (error) {
    await engine.close();
    throw error;
  }
}
