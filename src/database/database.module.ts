import {
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Database, ENGINE, type Engine } from './database.js';
import { Installation } from './installation.js';
import { LongReads } from './long-reads.js';
import { migrate } from './migrations.js';
import { openPostgres } from './postgres.js';
import { Scrubber } from './scrubber.js';
import { openSqlite } from './sqlite.js';
import { pathOf, warnOfOthers } from './sqlite-file.js';
import { UnitOfWork } from './unit-of-work.js';

/**
 * Opens the database of a URL, and brings it up to date.
 *
 * @param connections to PostgreSQL, at the most.
 * @throws StartupError it cannot be opened, or is newer than this program.
 */
export async function openDatabase(url: string, connections = 10): Promise<Engine> {
  const engine = url.startsWith('sqlite:') ? openSqlite(url) : await openPostgres(url, connections);
  try {
    await migrate(engine);
    if (url.startsWith('sqlite:')) warnOfOthers(pathOf(url));
    return engine;
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Closes the database when the HTTP server is closed. A command whose client has left may still be running then. */
@Injectable()
class ClosesDatabase implements OnApplicationShutdown {
  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly work: UnitOfWork,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.work.idle();
    await this.engine.close();
  }
}

@Global()
@Module({})
export class DatabaseModule {
  static with(engine: Engine): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [
        { provide: ENGINE, useValue: engine },
        Database,
        Installation,
        LongReads,
        Scrubber,
        UnitOfWork,
        ClosesDatabase,
      ],
      exports: [Database, Installation, LongReads, UnitOfWork],
    };
  }
}
