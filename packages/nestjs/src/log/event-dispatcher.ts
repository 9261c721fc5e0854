import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';
import { EventBus, type IEventHandler } from '@nestjs/cqrs';
import type { DomainEvent } from '../transaction/domain-event.js';
import { EventFeed } from './event-feed.js';
import type { LoggedEvent } from './event-log.js';
import { Topics } from './topics.js';

/** Where `@EventsHandler()` keeps the classes that it was given; the package does not export the name. */
const EVENTS_HANDLER_METADATA = '__eventsHandler__';

/** The class of a domain event: constructed from its data, and named by its type in the log. */
interface EventClass {
  readonly type: string;
  new (data: never): DomainEvent;
}

/**
 * Publishes what the feed carries on features' topics on Nest's EventBus, so that `@EventsHandler(UserCreated)` receives it.
 * An event of another program is not published, even if it has the same type.
 *
 * Handlers receive events from the start of their process on; they run side by side, and one that throws is
 * logged and disturbs neither the feed nor another handler. Without a CqrsModule, there is nothing to publish on.
 */
@Injectable()
export class EventDispatcher implements OnApplicationBootstrap {
  readonly #logger = new Logger(EventDispatcher.name);
  readonly #classes = new Map<string, EventClass>();

  constructor(
    private readonly feed: EventFeed,
    private readonly modules: ModuleRef,
    private readonly discovery: DiscoveryService,
    private readonly topics: Topics,
  ) {}

  onApplicationBootstrap(): void {
    const bus = this.#findBus();
    if (!bus) return;
    for (const { instance } of this.discovery.getProviders()) this.#adopt(instance as unknown);
    this.feed.events.subscribe((events) => events.forEach((event) => this.#publish(bus, event)));
  }

  /** Wherever the application has imported CqrsModule. */
  #findBus(): EventBus | undefined {
    try {
      return this.modules.get(EventBus, { strict: false });
    } catch {
      return undefined;
    }
  }

  #adopt(provider: unknown): void {
    const handler = provider as IEventHandler | undefined | null;
    if (!handler?.constructor) return;
    const classes = Reflect.getMetadata(EVENTS_HANDLER_METADATA, handler.constructor) as
      EventClass[] | undefined;
    // An application may have events of its own on the bus, which no log contains. Their errors are its own, too.
    const recorded = classes?.filter(({ type }) => typeof type === 'string') ?? [];
    if (recorded.length === 0) return;
    for (const eventClass of recorded) this.#classes.set(eventClass.type, eventClass);
    this.#guard(handler);
  }

  /** The bus would log the failure under the name of a class of its own, not the handler's. */
  #guard(handler: IEventHandler): void {
    const handle = handler.handle.bind(handler) as (event: DomainEvent) => unknown;
    handler.handle = async (event: DomainEvent) => {
      try {
        await handle(event);
      } catch (error) {
        this.#logger.error(
          { err: error, handler: handler.constructor.name, event: event.type },
          `${handler.constructor.name} failed on ${event.type}.`,
        );
      }
    };
  }

  #publish(bus: EventBus, { topic, type, data, position }: LoggedEvent): void {
    const EventOfType = this.#classes.get(type);
    if (!EventOfType || !this.topics.isRegistered(topic)) return;
    try {
      bus.publish(new EventOfType(JSON.parse(data) as never));
    } catch (error) {
      // Another program may have put anything into the log.
      this.#logger.error(
        { err: error, position },
        `${type} at ${position} is not what its handlers expect.`,
      );
    }
  }
}
