import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ServeStaticModule } from '@nestjs/serve-static';
import { AccountsModule } from './accounts/accounts.module.js';
import { page } from './app.page.js';
import { type Config, ConfigModule } from './config.js';
import type { Engine } from './database/database.js';
import { DatabaseModule } from './database/database.module.js';
import { EventsModule } from './events/events.module.js';
import { HttpModule } from './http/http.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { RoomsModule } from './rooms/rooms.module.js';
import { UsersModule } from './users/users.module.js';

/** The whole application. Later lines may use what earlier ones provide. */
@Module({})
export class AppModule {
  static with(config: Config, engine: Engine): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        CqrsModule.forRoot(),
        ServeStaticModule.forRoot(page),
        HttpModule,
        DatabaseModule.with(engine),
        EventsModule,
        UsersModule,
        AccountsModule,
        RoomsModule,
        OperationsModule,
      ],
    };
  }
}
