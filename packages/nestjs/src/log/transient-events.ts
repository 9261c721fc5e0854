import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { type Observable, Subject, Subscription } from 'rxjs';
import { type NodeChannel, NodeMessages } from '../engine/node-messages.js';
import { EventFeed } from './event-feed.js';
import { EventLog } from './event-log.js';
import { currentTransaction } from '../transaction/transaction.js';

/** The most transient events that wait for the feed; one more is dropped. */
const MAX_WAITING = 1000;
/** Milliseconds after which a waiting transient event is dropped. */
const MAX_WAIT = 2000;

/** Something that matters only now, such as that a user is typing. It has no position and is not stored. */
export interface TransientEvent {
  /** A subscriber to any of them receives it, once. */
  readonly topics: readonly string[];
  /** The key of the only view of this process that receives it, whatever its topics are. */
  readonly view?: string;
  /** Its name in the stream. */
  readonly type: string;
  readonly data: unknown;
  /**
   * On topics that no feature has registered: `true`, the default, for subscribers to whom one of the topics is granted;
   * `false` for everyone who asks for one of them.
   */
  readonly private?: boolean;
}

/** A transient event, and the position of the log that a feed reaches before it delivers it. */
interface SentEvent {
  readonly topics: readonly string[];
  readonly type: string;
  readonly data?: unknown;
  readonly private: boolean;
  readonly asOf: number;
}

interface Waiting {
  readonly event: SentEvent;
  /** By the monotonic clock. */
  readonly until: number;
}

/**
 * Delivers transient events to the live subscribers of this node and of all others that share the database.
 *
 * Each carries the head of the log at the time it was sent. A node delivers it once its feed has reached that position, so
 * a subscriber who lost the topic before does not receive it. It may get lost: on the way to another node, where a feed
 * is late, or where a subscriber is catching up.
 */
@Injectable()
export class TransientEvents implements OnModuleInit, OnModuleDestroy {
  readonly #events = new Subject<TransientEvent>();
  readonly #subscriptions = new Subscription();
  readonly #channel: NodeChannel<SentEvent>;
  #waiting: Waiting[] = [];
  #lastRead: Promise<unknown> = Promise.resolve();
  #nextRead: Promise<number> | undefined;

  constructor(
    nodes: NodeMessages,
    private readonly log: EventLog,
    private readonly feed: EventFeed,
  ) {
    this.#channel = nodes.channel('transient event', isSentEvent);
  }

  onModuleInit(): void {
    this.#subscriptions.add(this.#channel.messages.subscribe((event) => this.#receive(event)));
    this.#subscriptions.add(this.feed.advances.subscribe(() => this.#deliverDue()));
  }

  onModuleDestroy(): void {
    this.#subscriptions.unsubscribe();
  }

  /** The transient events to deliver now, from all nodes. */
  get events(): Observable<TransientEvent> {
    return this.#events;
  }

  /**
   * Sends a transient event to all nodes. Subscribers receive it after every event that was committed before the call.
   * Inside a `UnitOfWork.run`, it is sent after the commit.
   *
   * @throws RangeError it is too long for a message between nodes (MAX_MESSAGE_BYTES, as JSON). Inside a `UnitOfWork.run`,
   *   this is logged.
   */
  async send(event: TransientEvent): Promise<void> {
    const tx = currentTransaction.getStore();
    if (tx) tx.onCommit(() => this.send(event));
    else this.sendAfter(await this.#head(), event);
  }

  /**
   * Sends a transient event to all nodes. Subscribers receive it after the event at a position of the log.
   *
   * @throws RangeError as `send` does.
   */
  sendAfter(asOf: number, { topics, type, data, private: isPrivate = true }: TransientEvent): void {
    this.#channel.send({ topics, type, data, private: isPrivate, asOf });
  }

  /** Delivers a transient event to subscribers of this node alone, at the position that its feed has reached. */
  sendLocally(event: TransientEvent): void {
    this.#events.next(event);
  }

  /** The head of the log. Calls during one read share the next, so that events stay in order. */
  #head(): Promise<number> {
    return (this.#nextRead ??= this.#lastRead.then(async () => {
      this.#lastRead = this.#nextRead!.catch(() => undefined);
      this.#nextRead = undefined;
      return (await this.log.state()).head;
    }));
  }

  #receive(event: SentEvent): void {
    if (event.asOf <= this.feed.head) return this.#deliver(event);
    const now = performance.now();
    this.#waiting = this.#waiting.filter(({ until }) => until > now);
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push({ event, until: now + MAX_WAIT });
  }

  #deliverDue(): void {
    if (this.#waiting.length === 0) return;
    const now = performance.now();
    const waiting = this.#waiting.filter(({ until }) => until > now);
    this.#waiting = waiting.filter(({ event }) => event.asOf > this.feed.head);
    for (const { event } of waiting) if (event.asOf <= this.feed.head) this.#deliver(event);
  }

  #deliver({ topics, type, data, private: isPrivate }: SentEvent): void {
    this.#events.next({ topics, type, data, private: isPrivate });
  }
}

function isSentEvent(value: unknown): value is SentEvent {
  const { topics, type, private: isPrivate, asOf } = Object(value) as Partial<SentEvent>;
  return (
    isListOfTexts(topics) &&
    typeof type === 'string' &&
    typeof isPrivate === 'boolean' &&
    typeof asOf === 'number'
  );
}

const isListOfTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
