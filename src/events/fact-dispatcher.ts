import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { EventBus, type IEventHandler } from '@nestjs/cqrs';
import type { Fact } from '../database/fact.js';
import { EventFeed } from './event-feed.js';
import type { LoggedFact } from './event-log.js';

/** Where `@EventsHandler()` keeps the classes that it was given; the package does not export the name. */
const EVENTS_HANDLER_METADATA = '__eventsHandler__';

/** A class of facts: made from the data of one, and named as the log names it. */
interface FactClass {
  readonly type: string;
  new (data: never): Fact;
}

/**
 * Publishes what the feed carries on Nest's EventBus, so that `@EventsHandler(UserCreated)` hears of it.
 *
 * Handlers hear of facts from the start of their process on; they run side by side, and one that throws is
 * logged and disturbs neither the feed nor another handler.
 */
@Injectable()
export class FactDispatcher implements OnApplicationBootstrap {
  readonly #logger = new Logger(FactDispatcher.name);
  readonly #classes = new Map<string, FactClass>();

  constructor(
    private readonly feed: EventFeed,
    private readonly bus: EventBus,
    private readonly discovery: DiscoveryService,
  ) {}

  onApplicationBootstrap(): void {
    for (const { instance } of this.discovery.getProviders()) this.#adopt(instance as unknown);
    this.feed.facts.subscribe((facts) => facts.forEach((fact) => this.#publish(fact)));
  }

  #adopt(provider: unknown): void {
    const handler = provider as IEventHandler | undefined | null;
    if (!handler?.constructor) return;
    const classes = Reflect.getMetadata(EVENTS_HANDLER_METADATA, handler.constructor) as
      FactClass[] | undefined;
    if (!classes) return;
    for (const factClass of classes) this.#classes.set(factClass.type, factClass);
    this.#guard(handler);
  }

  /** The bus would log the failure under the name of a class of its own, not the handler's. */
  #guard(handler: IEventHandler): void {
    const handle = handler.handle.bind(handler) as (fact: Fact) => unknown;
    handler.handle = async (fact: Fact) => {
      try {
        await handle(fact);
      } catch (error) {
        this.#logger.error(
          { err: error, handler: handler.constructor.name, fact: fact.type },
          `${handler.constructor.name} failed on ${fact.type}.`,
        );
      }
    };
  }

  #publish({ type, data, position }: LoggedFact): void {
    const FactOfType = this.#classes.get(type);
    if (!FactOfType) return;
    try {
      this.bus.publish(new FactOfType(JSON.parse(data) as never));
    } catch (error) {
      // Another program may have put anything into the log.
      this.#logger.error(
        { err: error, position },
        `${type} at ${position} is not what its handlers expect.`,
      );
    }
  }
}
