import { Global, Module } from '@nestjs/common';
import { Config } from '../config.js';
import { Database, ENGINE, type Engine } from './database.js';
import { migrate } from './migrations.js';
import { openSqlite } from './sqlite.js';
import { UnitOfWork } from './unit-of-work.js';

@Global()
@Module({
  providers: [
    {
      provide: ENGINE,
      inject: [Config],
      useFactory: async ({ DATABASE_URL }: Config): Promise<Engine> => {
        const engine = openSqlite(DATABASE_URL);
        await migrate(engine.write);
        return engine;
      },
    },
    Database,
    UnitOfWork,
  ],
  exports: [Database, UnitOfWork],
})
export class DatabaseModule {}
