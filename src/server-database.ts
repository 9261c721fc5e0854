import type { Engine } from '@carillon/nestjs/operations';
import { openDatabase } from '@carillon/nestjs/operations';
import { features } from './app.module.js';
import type { Config } from './config.js';

/** Which database, and where in it. */
export type DatabaseSettings = Pick<Config, 'DATABASE_URL' | 'DATABASE_SCHEMA'>;

/**
 * Opens the database of the server for a command, and brings it up to date.
 *
 * @param setting what errors call the URL.
 * @throws StartupError it cannot be opened, or is newer than this program.
 */
export const openServerDatabase = (
  { DATABASE_URL, DATABASE_SCHEMA: schema }: DatabaseSettings,
  setting = 'DATABASE_URL',
): Promise<Engine> => openDatabase(DATABASE_URL, features, { schema, setting });
