import type { DiscoveryService } from '@nestjs/core';
import { StartupError } from '../engine/startup-error.js';
import { formatCursor } from '../log/cursor.js';
import { dataOf } from '../log/data-of.js';
import type { LoggedEvent } from '../log/event-log.js';
import type { DomainEvent } from '../transaction/domain-event.js';
import type { Transaction } from '../transaction/transaction.js';
import {
  type ConditionalSubscription,
  type Delivery,
  type EventClass,
  type HandlerMetadata,
  handlersOf,
  type SubscriptionOptions,
  subscriptionOf,
} from './subscription.decorator.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const DEFAULTS: Required<SubscriptionOptions> = {
  from: 'now',
  attempts: 8,
  delay: 1000,
  maxDelay: 60_000,
  onMissedEvents: 'stop',
  mayTriggerItself: false,
};

/** A handler that is bound to its provider. */
export interface EventHandler {
  readonly isTransactional: boolean;
  /** Whether it also handles events on topics that no feature has registered. Those may have any data. */
  readonly takesAnyTopic: boolean;
  /** @param tx only for a transactional handler. */
  handle(event: LoggedEvent, epoch: string, tx?: Transaction): Promise<unknown>;
}

/** A subscription as the application declares it. */
export interface DeclaredSubscription {
  readonly name: string;
  readonly options: Required<SubscriptionOptions>;
  /** The handlers by event type. */
  readonly handlers: ReadonlyMap<string, EventHandler>;
  /** Whether it needs the events that are committed now. */
  isNeeded(): boolean | Promise<boolean>;
}

type Method = (...args: unknown[]) => unknown;
type Instance = Record<string | symbol, Method>;

/**
 * Finds the subscriptions among the providers of the application.
 *
 * @throws StartupError a subscription is not declared correctly, or two subscriptions have the same name.
 */
export function declaredSubscriptions(discovery: DiscoveryService): DeclaredSubscription[] {
  const found = new Map<string, { declared: DeclaredSubscription; instance: object }>();
  for (const wrapper of discovery.getProviders()) {
    const instance = wrapper.instance as Instance | undefined | null;
    if (!instance || typeof instance !== 'object' || !isSubscription(instance.constructor))
      continue;
    if (!wrapper.isDependencyTreeStatic())
      throw new StartupError(
        `${instance.constructor.name} is a subscription and must be a singleton: neither it nor what it injects may be request-scoped or transient.`,
      );
    const declared = declare(instance);
    const other = found.get(declared.name)?.instance;
    if (other && other !== instance)
      throw new StartupError(
        `Two subscriptions have the name "${declared.name}": ${other.constructor.name} and ${instance.constructor.name}. Give each a unique name, and provide each class in only one module.`,
      );
    found.set(declared.name, { declared, instance });
  }
  return [...found.values()].map(({ declared }) => declared);
}

/** @throws StartupError the class has handlers but no name. */
function isSubscription(type: { readonly name: string }): boolean {
  if (subscriptionOf(type)) return true;
  if (handlersOf(type).length === 0) return false;
  throw new StartupError(`${type.name} has @On() handlers and no @Subscription().`);
}

function declare(instance: Instance): DeclaredSubscription {
  const type = instance.constructor;
  const { name, options } = subscriptionOf(type)!;
  const refuse = (reason: string): never => {
    throw new StartupError(`${type.name} is not a valid subscription: ${reason}.`);
  };
  if (!NAME.test(name))
    refuse(
      `its name is "${name}"; it must be 1 to 64 letters, digits, ".", "_" and "-", beginning with a letter or digit`,
    );
  const handlers = new Map<string, EventHandler>();
  for (const handler of handlersOf(type)) {
    const eventType = typeOf(handler.event);
    if (!eventType) refuse(withoutType(handler));
    if (handlers.has(eventType)) refuse(`it has two handlers of ${eventType}`);
    handlers.set(eventType, handlerOf(instance, handler));
  }
  if (handlers.size === 0) refuse('it has no handler; mark a method with @On()');
  const given = { ...DEFAULTS, ...options };
  refuseUnlessWhole(given, refuse);
  const { isNeeded = () => true } = instance as Partial<ConditionalSubscription>;
  return { name, options: given, handlers, isNeeded: isNeeded.bind(instance) };
}

function refuseUnlessWhole(
  { attempts, delay, maxDelay }: Required<SubscriptionOptions>,
  refuse: (reason: string) => never,
): void {
  if (!Number.isInteger(attempts) || attempts < 1)
    refuse(`attempts is ${attempts}; it must be a whole number from 1`);
  if (!(delay >= 0) || !(maxDelay >= delay))
    refuse(`delay is ${delay} and maxDelay ${maxDelay}; they must be 0 <= delay <= maxDelay`);
}

const withoutType = ({ method, event }: HandlerMetadata): string =>
  typeof event === 'function'
    ? `the class ${String(Object(event).name)} in @On() of ${String(method)} has no type; add static readonly type = 'order.placed', or what its events have`
    : `@On() of ${String(method)} names no event type; it must be a class of events or a text such as 'order.placed' (undefined may be the result of a circular import)`;

const typeOf = (event: EventClass | string | undefined): string =>
  (typeof event === 'string' ? event : event?.type) ?? '';

function handlerOf(instance: Instance, metadata: HandlerMetadata): EventHandler {
  const { method, event: kind, isTransactional } = metadata;
  return {
    isTransactional,
    takesAnyTopic: typeof kind === 'string',
    handle: async (logged, epoch, tx) => {
      const event = eventOf(kind, logged);
      const delivery = deliveryOf(logged, epoch);
      return tx ? instance[method]!(event, tx, delivery) : instance[method]!(event, delivery);
    },
  };
}

function eventOf(kind: EventClass | string, event: LoggedEvent): DomainEvent {
  const { topic, type } = event;
  const parsed = dataOf(event);
  if (typeof kind === 'string') return { topic, type, data: parsed };
  return new (kind as unknown as new (data: unknown) => DomainEvent)(parsed);
}

const deliveryOf = (
  { position, topic, type, actor, at }: LoggedEvent,
  epoch: string,
): Delivery => ({ id: formatCursor({ epoch, position }), position, topic, type, actor, at });
