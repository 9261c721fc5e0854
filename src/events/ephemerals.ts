import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { type Observable, Subject, Subscription } from 'rxjs';
import { Database } from '../database/database.js';
import { EventFeed } from './event-feed.js';
import { EventLog } from './event-log.js';

/** Events that wait for the feed at the most; one more is dropped. */
const MOST_WAITING = 1000;
/** Milliseconds for which one waits; after that it is dropped. */
const LONGEST_WAIT = 2000;

/** A transient event: something that matters only now, such as that someone is typing. It has no position and is not logged. */
export interface EphemeralFact {
  /** A listener of any of them hears it, once. */
  readonly topics: readonly string[];
  /** The key of the only view, at this process, whose listeners hear it, whatever its topics are. */
  readonly view?: string;
  /** What the stream calls it. */
  readonly type: string;
  readonly data: unknown;
}

interface Waiting {
  readonly fact: EphemeralFact;
  readonly asOf: number;
  /** By the monotonic clock. */
  readonly until: number;
}

/**
 * Tells transient events to the listeners who are live, of this process and of all others that share the database.
 *
 * Each carries the position of the log as of which it is told, and is delivered once the feed has reached that: whoever
 * has lost a topic before does not hear it. It may get lost: on the way to another process, where a feed is late, or
 * where a listener is catching up.
 */
@Injectable()
export class Ephemerals implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger(Ephemerals.name);
  readonly #facts = new Subject<EphemeralFact>();
  readonly #subscriptions = new Subscription();
  #waiting: Waiting[] = [];
  #lastRead: Promise<unknown> = Promise.resolve();
  #nextRead: Promise<number> | undefined;

  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
    private readonly feed: EventFeed,
  ) {}

  onModuleInit(): void {
    this.#subscriptions.add(this.database.messages.subscribe((message) => this.#receive(message)));
    this.#subscriptions.add(this.feed.advances.subscribe(() => this.#deliverDue()));
  }

  onModuleDestroy(): void {
    this.#subscriptions.unsubscribe();
  }

  /** What this process and all others tell. */
  get facts(): Observable<EphemeralFact> {
    return this.#facts;
  }

  /**
   * Tells an event as of now: behind everything that was committed before the call.
   *
   * @throws RangeError it is too long to be sent to other processes (MOST_OF_MESSAGE, as JSON).
   */
  async tell(fact: EphemeralFact): Promise<void> {
    this.#send(fact, await this.#head());
  }

  /** Tells all processes at once, whatever their feeds have reached: for what processes say to each other. */
  tellProcesses(fact: EphemeralFact): void {
    this.#send(fact, 0);
  }

  /** Tells only listeners of this process, as of what its feed has reached. */
  tellHere(fact: EphemeralFact): void {
    this.#facts.next(fact);
  }

  #send({ topics, type, data }: EphemeralFact, asOf: number): void {
    this.database.send(JSON.stringify({ topics, type, data, asOf }));
    this.#deliver({ topics, type, data }, asOf);
  }

  /** The head of the log: one read for all that ask while the read before is under way, so they stay in order. */
  #head(): Promise<number> {
    return (this.#nextRead ??= this.#lastRead.then(async () => {
      this.#lastRead = this.#nextRead!.catch(() => undefined);
      this.#nextRead = undefined;
      return (await this.log.state()).head;
    }));
  }

  #deliver(fact: EphemeralFact, asOf: number): void {
    if (asOf <= this.feed.head) return this.#facts.next(fact);
    const now = performance.now();
    this.#waiting = this.#waiting.filter(({ until }) => until > now);
    if (this.#waiting.length < MOST_WAITING)
      this.#waiting.push({ fact, asOf, until: now + LONGEST_WAIT });
  }

  #deliverDue(): void {
    if (this.#waiting.length === 0) return;
    const now = performance.now();
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ asOf, until }) => asOf > this.feed.head && until > now);
    for (const { fact, asOf, until } of waiting)
      if (asOf <= this.feed.head && until > now) this.#facts.next(fact);
  }

  #receive(message: string): void {
    const received = parse(message);
    if (received) this.#deliver(received, received.asOf);
    // A process of another version may say what this one does not understand, and so may whoever reaches the database.
    else this.#logger.warn('A message of another process was not understood.');
  }
}

function parse(message: string): (EphemeralFact & { readonly asOf: number }) | undefined {
  try {
    const { topics, type, data, asOf } = JSON.parse(message) as Record<string, unknown>;
    return isListOfTexts(topics) && typeof type === 'string' && typeof asOf === 'number'
      ? { topics, type, data, asOf }
      : undefined;
  } catch {
    return undefined;
  }
}

export const isListOfTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
