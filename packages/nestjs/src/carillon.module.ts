import {
  type DynamicModule,
  type FactoryProvider,
  Global,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
  type Type,
} from '@nestjs/common';
import { DiscoveryModule, ModulesContainer } from '@nestjs/core';
import { Database, ENGINE, type Engine } from './engine/database.js';
import { NodeMessages } from './engine/node-messages.js';
import { closeIfCreationFails } from './database/close-if-creation-fails.js';
import { closeIfStartFails } from './database/close-if-start-fails.js';
import { Installation } from './database/installation.js';
import { LongReads } from './database/long-reads.js';
import { StartupError } from './engine/startup-error.js';
import { openDatabase } from './database/open-database.js';
import { Scrubber } from './database/scrubber.js';
import type { Feature } from './feature/feature.js';
import { FeatureModule } from './feature/feature.module.js';
import { Features, featuresIn } from './feature/features.js';
import { ExternalEvents } from './inbox/external-events.js';
import { Inbox } from './inbox/inbox.js';
import { EventDispatcher } from './log/event-dispatcher.js';
import { EventFeed } from './log/event-feed.js';
import { EventLog } from './log/event-log.js';
import { Retention } from './log/retention.js';
import { TopicPermissions } from './log/topic-permissions.js';
import { Topics } from './log/topics.js';
import { TransientEvents } from './log/transient-events.js';
import { type CarillonModuleOptions, CarillonOptions } from './options.js';
import { readOptions } from './read-options.js';
import { Statistics } from './statistics/statistics.js';
import { ClosingFrame } from './stream/closing-frame.js';
import { EventPages } from './stream/event-pages.js';
import { KeepAlive } from './stream/keep-alive.js';
import { Scheduler } from './stream/scheduler.js';
import { StreamGuard } from './stream/stream-guard.js';
import { Streams } from './stream/streams.js';
import { TopicViews } from './stream/topic-views.js';
import { TopicSelectors } from './topics/topic-selectors.js';
import { UnusedConnections } from './stream/unused-connections.js';
import { SubscriberRegistry } from './stream/subscriber-registry.js';
import { StreamSubscriptions } from './stream/stream-subscriptions.js';
import { EventReader } from './subscription/event-reader.js';
import { SubscriptionHost } from './subscription/subscription-host.js';
import { Subscriptions } from './subscription/subscriptions.js';
import { RegisteredTopics } from './transaction/registered-topics.js';
import { UnitOfWork } from './transaction/unit-of-work.js';

/** Closes the database after the HTTP server. A command whose client has left may still be running then. */
@Injectable()
class ClosesDatabase implements OnApplicationShutdown {
  /** An application whose start failed may still be closed. */
  #closed: Promise<void> | undefined;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly work: UnitOfWork,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.work.idle();
    await this.engine.close();
  }
}

/** Closes the database when a hook fails while the application starts. */
@Injectable()
class WatchesStart implements OnModuleInit {
  readonly #core: ReturnType<typeof coresIn>[number];

  constructor(private readonly modules: ModulesContainer) {
    this.#core = coresIn(modules)[0]!;
    // The hooks of this module run before those of all others, so that none can fail unwatched.
    this.#core.distance = Infinity;
  }

  onModuleInit(): void {
    closeIfStartFails(this.modules, this.#core);
  }
}

async function openEngine(
  { database }: CarillonOptions,
  modules: ModulesContainer,
): Promise<Engine> {
  refuseSecondCore(modules);
  const engine = await openDatabase(database.url, featuresIn(modules), database);
  closeIfCreationFails(engine, modules);
  return engine;
}

/** @throws StartupError two modules import `forRoot`: there would be two databases. */
function refuseSecondCore(modules: ModulesContainer): void {
  const cores = coresIn(modules);
  if (cores.length > 1)
    throw new StartupError(
      `CarillonModule.forRoot or forRootAsync is imported ${cores.length} times. Import it once, in the root module. Modules that declare a feature get the services from forFeature; add isGlobal: true for all others.`,
    );
}

const coresIn = (modules: ModulesContainer) =>
  [...modules.values()].filter(({ metatype }) => metatype === CarillonCoreModule);

/** What an application can inject. */
const SERVICES = [
  CarillonOptions,
  Database,
  UnitOfWork,
  NodeMessages,
  Installation,
  LongReads,
  EventLog,
  EventFeed,
  Inbox,
  ExternalEvents,
  Topics,
  TopicPermissions,
  TopicSelectors,
  TransientEvents,
  ClosingFrame,
  Scheduler,
  StreamSubscriptions,
  SubscriberRegistry,
  TopicViews,
  Streams,
  EventPages,
  Features,
  Subscriptions,
  Statistics,
] as const;

/** The tokens under which the core exports its services to every module. They cannot collide with those of the application. */
const globalTokens = new Map<unknown, symbol>(
  SERVICES.map((service) => [
    service,
    Symbol(`${service.name} of CarillonModule.forRoot, which the root module has to import`),
  ]),
);

const globalToken = (service: (typeof SERVICES)[number]): symbol => globalTokens.get(service)!;

/** The services that exist once per application. Only `CarillonModule` imports it. */
@Global()
@Module({})
class CarillonCoreModule {
  static with(options: Provider<CarillonOptions>, imports: ModuleMetadata['imports'] = []) {
    return {
      module: CarillonCoreModule,
      imports: [DiscoveryModule, ...imports],
      providers: [
        options,
        WatchesStart,
        {
          provide: ENGINE,
          inject: [CarillonOptions, ModulesContainer],
          useFactory: openEngine,
        },
        Database,
        UnitOfWork,
        NodeMessages,
        Installation,
        LongReads,
        Scrubber,
        ClosesDatabase,
        EventLog,
        EventFeed,
        Inbox,
        ExternalEvents,
        EventDispatcher,
        Retention,
        Topics,
        { provide: RegisteredTopics, useExisting: Topics },
        TopicPermissions,
        TopicSelectors,
        TransientEvents,
        ClosingFrame,
        Scheduler,
        SubscriberRegistry,
        StreamSubscriptions,
        KeepAlive,
        TopicViews,
        StreamGuard,
        UnusedConnections,
        Streams,
        EventPages,
        Features,
        EventReader,
        Subscriptions,
        SubscriptionHost,
        Statistics,
        ...SERVICES.map((service) => ({ provide: globalToken(service), useExisting: service })),
      ],
      exports: SERVICES.map(globalToken),
    };
  }
}

/** The services of the core under their own names, for a module that exports them. */
const aliasedServices = (): Required<Pick<DynamicModule, 'providers' | 'exports'>> => ({
  providers: SERVICES.map((service) => ({
    provide: service as Type,
    useExisting: globalToken(service),
  })),
  exports: [...SERVICES],
});

/** Whether every module can inject the services without importing this one; `false` by default. */
export interface GlobalOption {
  readonly isGlobal?: boolean | undefined;
}

/** What `CarillonModule.forRootAsync` takes: a factory of the options, and the providers that it needs. */
export interface CarillonModuleAsyncOptions
  extends
    GlobalOption,
    Pick<ModuleMetadata, 'imports'>,
    Pick<FactoryProvider<CarillonModuleOptions>, 'inject' | 'useFactory'> {}

/**
 * Transactions that record events, the log of these events, and durable Server-Sent Events streams. It installs nothing
 * else in the application: no filter, guard, pipe, interceptor, middleware or route.
 *
 * Import it once, in the root module, with `forRoot` or `forRootAsync`.
 */
@Module({})
export class CarillonModule {
  /**
   * Opens the database while the application starts, and exports the services. When the application shuts down, it ends
   * the open streams, waits for the running transactions and closes the database.
   *
   * Wrong options, or a database that cannot be opened, reject `NestFactory.create` with a StartupError if the application
   * was created with `abortOnError: false`; otherwise Nest logs the message and ends the process.
   */
  static forRoot({ isGlobal, ...options }: CarillonModuleOptions & GlobalOption): DynamicModule {
    return this.forRootAsync({ isGlobal, useFactory: () => options });
  }

  /**
   * The same with options from other providers, such as a ConfigService.
   *
   * @example
   * CarillonModule.forRootAsync({
   *   imports: [ConfigModule],
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ database: config.getOrThrow('DATABASE_URL') }),
   * });
   */
  static forRootAsync({
    isGlobal = false,
    imports,
    inject = [],
    useFactory,
  }: CarillonModuleAsyncOptions): DynamicModule {
    const options: Provider<CarillonOptions> = {
      provide: CarillonOptions,
      inject,
      useFactory: async (...dependencies: unknown[]) =>
        readOptions(await useFactory(...dependencies)),
    };
    return {
      module: CarillonModule,
      global: isGlobal,
      imports: [CarillonCoreModule.with(options, imports)],
      ...aliasedServices(),
    };
  }

  /**
   * Declares a feature in the imports of its module, after the modules of the features that it refers to. The module can
   * inject the services of this package.
   */
  static forFeature(feature: Feature): DynamicModule {
    const { providers, exports } = aliasedServices();
    const declaration = FeatureModule.of(feature);
    return { ...declaration, providers: [...declaration.providers!, ...providers], exports };
  }
}
