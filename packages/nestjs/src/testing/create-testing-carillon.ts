import type { DynamicModule } from '@nestjs/common';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CarillonModule } from '../carillon.module.js';
import type { CarillonModuleOptions } from '../options.js';

/** A database of its own for a test. */
export interface TestingCarillon {
  /** Goes into the imports of the testing module, in place of `CarillonModule.forRoot`. It is global. */
  readonly module: DynamicModule;
  /** The URL of the database. */
  readonly database: string;
  /** Deletes the database. Call it when the application has been closed. */
  remove(): void;
}

/**
 * Creates a new, empty database in a temporary folder: a SQLite file, so that a test meets the same transactions, log and
 * streams as production.
 *
 * @param options override those of `forRoot`. With a `database`, that one is used, and `remove` leaves it alone.
 *
 * @example
 * const carillon = createTestingCarillon();
 * const app = await Test.createTestingModule({ imports: [carillon.module, OrdersModule] }).compile();
 * await app.init();
 * // …
 * await app.close();
 * carillon.remove();
 */
export function createTestingCarillon(
  options: Partial<CarillonModuleOptions> = {},
): TestingCarillon {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-test-'));
  const { database = `sqlite:${join(folder, 'test.db')}` } = options;
  return {
    module: CarillonModule.forRoot({ ...options, database, isGlobal: true }),
    database,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
