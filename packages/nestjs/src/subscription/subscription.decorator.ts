import { Injectable } from '@nestjs/common';
import type { DomainEvent } from '../transaction/domain-event.js';
import type { Transaction } from '../transaction/transaction.js';

/** Settings of one subscription. */
export interface SubscriptionOptions {
  /**
   * Where the subscription starts when a process first declares it: `now`, after the newest event, or `earliest`, at the
   * oldest event that is kept. Default: `now`. Later changes have no effect, because the cursor is stored.
   */
  readonly from?: 'now' | 'earliest';
  /** How often a handler is called with an event before the event becomes a dead letter. Default: 8. */
  readonly attempts?: number;
  /**
   * Milliseconds before the second attempt; doubled before each further one, up to `maxDelay`. Each delay is shortened by
   * a random part of up to a half. Default: 1000.
   */
  readonly delay?: number;
  /** Maximum milliseconds between two attempts. Default: 60,000. */
  readonly maxDelay?: number;
  /**
   * What happens when retention removed events that the subscription had not seen. `stop`, the default: it handles nothing
   * more until an operator has chosen with `replay` where to continue. `continue`: it continues with the oldest event that
   * is kept. Both log an error.
   */
  readonly onMissedEvents?: 'stop' | 'continue';
  /**
   * Whether its handlers may record events that the subscription handles itself. Default: `false`. A handler that
   * does so then fails, because it would trigger itself forever.
   */
  readonly mayTriggerItself?: boolean;
}

/** A subscription that sometimes has nothing to do, as its class implements it. */
export interface ConditionalSubscription {
  /**
   * Called before events are read. If it returns `false`, the subscription skips every event that was committed before the
   * call. Then they cost no transaction.
   */
  isNeeded(): boolean | Promise<boolean>;
}

/** The position of an event in the log, and its metadata. */
export interface Delivery {
  /** The cursor of the event. It is the same at each attempt, so it can serve as an idempotency key. */
  readonly id: string;
  readonly position: number;
  readonly topic: string;
  readonly type: string;
  /** The id of the user who caused it; `null` if nobody was signed in. */
  readonly actor: string | null;
  /** When it was recorded, in ISO 8601. */
  readonly at: string;
}

/** A class of events: created from the data of an event, and identified by its `type` in the log. */
export interface EventClass<E extends DomainEvent = DomainEvent> {
  readonly type: string;
  readonly prototype: E;
}

/** What a handler of `@On(S)` receives: an instance of the class, or the event as plain data if `S` is a type name. */
export type EventOf<S extends EventClass | string> = S extends EventClass
  ? S['prototype']
  : DomainEvent;

export interface HandlerOptions {
  /**
   * Whether the handler runs inside the transaction that moves the cursor. Default: whether it declares a second parameter.
   */
  readonly transaction?: boolean;
}

/** A method with `@On()`. */
export interface HandlerMetadata {
  readonly method: string | symbol;
  readonly event: EventClass | string;
  readonly isTransactional: boolean;
}

export interface SubscriptionMetadata {
  readonly name: string;
  readonly options: SubscriptionOptions;
}

const SUBSCRIPTION = Symbol('carillon:subscription');
const HANDLERS = Symbol('carillon:subscription-handlers');

/**
 * Makes a provider a durable subscription: its handlers receive every event of their types, in the order of the log, at
 * least once, across restarts and crashes.
 *
 * ```ts
 * @Subscription('invoices')
 * export class Invoices {
 *   @On(OrderShipped)
 *   async create(event: OrderShipped, tx: Transaction) {
 *     await tx.db.insertInto('invoices').values({ order_id: event.data.id }).execute();
 *   }
 * }
 * ```
 *
 * - **One event at a time.** A subscription handles events one after another. Several subscriptions run concurrently.
 * - **One process at a time.** Of all processes on the database, one runs a subscription. When it dies, another takes over
 *   within seconds (option `subscriptions.lease`).
 * - **Failures keep the order.** The subscription waits and tries the same event again. After `attempts` failures the event
 *   becomes a dead letter, and the subscription continues.
 *
 * @param name identifies the stored cursor: 1 to 64 letters, digits, `.`, `_` and `-`, unique in the application. A
 *   subscription with a new name is a new subscription.
 */
export const Subscription =
  (name: string, options: SubscriptionOptions = {}): ClassDecorator =>
  (target) => {
    Injectable()(target);
    const metadata: SubscriptionMetadata = { name, options };
    Reflect.defineMetadata(SUBSCRIPTION, metadata, target);
  };

/** Applies only to methods with matching parameters; others do not compile. */
type HandlerDecorator<Handler extends (...args: never[]) => unknown> = <M extends Handler>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/**
 * Marks a method of a `@Subscription()` as the handler of a class of events, or of a type by its name, such as
 * `'order.shipped'`. A method can have several `@On()`. A subscription has one handler per type.
 *
 * - `handle(event, tx)`: the handler runs inside the transaction that moves the cursor. What it writes through `tx.db` and
 *   records with `tx.record` is committed with the cursor, so these effects happen exactly once. Do no slow work in it:
 *   other commands of the process wait. It may run several times before a commit, so it must do nothing outside of `tx`.
 * - `handle(event)`: the handler runs outside of any transaction, and the cursor moves afterwards. Use this to send mail or
 *   to call another service. After a crash in between it runs again, so its effects happen at least once. With
 *   `{ transaction: false }` it also receives the `Delivery`, whose `id` serves as an idempotency key.
 *
 * Whether a method declares `tx` is read where the decorator is applied. State `{ transaction: true }` where another
 * decorator replaces the method.
 */
export function On<S extends EventClass | string>(
  event: S,
  options: { readonly transaction: false },
): HandlerDecorator<(event: EventOf<S>, delivery: Delivery) => unknown>;
export function On<S extends EventClass | string>(
  event: S,
  options?: { readonly transaction?: true },
): HandlerDecorator<(event: EventOf<S>, tx: Transaction, delivery: Delivery) => unknown>;
export function On(event: EventClass | string, { transaction }: HandlerOptions = {}) {
  return (
    target: object,
    method: string | symbol,
    { value }: TypedPropertyDescriptor<any>,
  ): void => {
    const isTransactional =
      transaction ?? parametersOf(target, method, value as { length: number }) > 1;
    const before = handlersOf(target.constructor);
    const handlers: HandlerMetadata[] = [...before, { method, event, isTransactional }];
    Reflect.defineMetadata(HANDLERS, handlers, target.constructor);
  };
}

/** Includes the parameters of a method that another decorator has wrapped, if the compiler emits metadata. */
function parametersOf(target: object, method: string | symbol, value: { length: number }): number {
  const types = Reflect.getMetadata('design:paramtypes', target, method) as unknown[] | undefined;
  return Math.max(value.length, types?.length ?? 0);
}

export const subscriptionOf = (type: object): SubscriptionMetadata | undefined =>
  Reflect.getOwnMetadata(SUBSCRIPTION, type) as SubscriptionMetadata | undefined;

/** The handlers of a class and its base classes. */
export const handlersOf = (type: object): readonly HandlerMetadata[] =>
  (Reflect.getMetadata(HANDLERS, type) as readonly HandlerMetadata[] | undefined) ?? [];
