import { CarillonModule, featuresOf } from '@carillon/nestjs';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ServeStaticModule } from '@nestjs/serve-static';
import { AccountsModule } from './accounts/accounts.module.js';
import { PasswordsModule } from './accounts/passwords.module.js';
import { engineOptions } from './app.engine.js';
import { page } from './app.page.js';
import { type Config, ConfigModule, hasDirectory } from './config.js';
import { EventsModule } from './events/events.module.js';
import { MercureModule } from './mercure/mercure.module.js';
import { isHubOn } from './mercure/hub/settings.js';
import { HttpModule } from './http/http.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { PushModule } from './push/push.module.js';
import { RoomsModule } from './rooms/rooms.module.js';
import type { Switch } from './switches.js';
import { DirectoryModule } from './users/directory.module.js';
import { ProfilesModule } from './users/profiles.module.js';
import { UsersModule } from './users/users.module.js';
import { withoutRoutes } from './without-routes.js';

/** A module, and the settings with which it has its routes. */
interface Entry {
  readonly module: Type;
  readonly isOn: (config: Config) => boolean;
}

const always = (module: Type): Entry => ({ module, isOn: () => true });

const ifOn = (name: Switch, module: Type): Entry => ({
  module,
  isOn: ({ FEATURES: on }) => on.includes(name),
});

/** The features of this server. A feature can use what the features before it declare. */
const FEATURES: readonly Entry[] = [
  always(HttpModule),
  always(EventsModule),
  always(UsersModule),
  always(AccountsModule),
  { module: PasswordsModule, isOn: ({ PASSWORDS }) => PASSWORDS },
  { module: DirectoryModule, isOn: hasDirectory },
  ifOn('users', ProfilesModule),
  ifOn('rooms', RoomsModule),
  ifOn('notifications', NotificationsModule),
  ifOn('push', PushModule),
  { module: MercureModule, isOn: isHubOn },
  always(OperationsModule),
  { module: MetricsModule, isOn: ({ METRICS_TOKEN }) => METRICS_TOKEN !== '' },
];

/** The declarations of all features, on or off. Command-line tools use them to open the database without starting the application. */
export const features = featuresOf(FEATURES.map(({ module }) => module));

/** The whole application. */
@Module({})
export class AppModule {
  static with(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        CqrsModule.forRoot(),
        ServeStaticModule.forRoot(page),
        CarillonModule.forRoot({ ...engineOptions(config), isGlobal: true }),
        ...FEATURES.map(({ module, isOn }) => (isOn(config) ? module : withoutRoutes(module))),
      ],
    };
  }
}
