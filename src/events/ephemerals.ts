import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { type Observable, Subject, type Subscription } from 'rxjs';
import { Database } from '../database/database.js';

/** Something that matters only now, such as that someone is typing: it has no position and is not logged. */
export interface EphemeralFact {
  /** A listener of any of them hears it, once. */
  readonly topics: readonly string[];
  /** What the stream calls it. */
  readonly type: string;
  readonly data: unknown;
}

/**
 * Tells ephemeral facts to the listeners who are live, of this process and of all others that share the database.
 *
 * They may get lost: on the way to another process, or where a listener is catching up.
 */
@Injectable()
export class Ephemerals implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger(Ephemerals.name);
  readonly #facts = new Subject<EphemeralFact>();
  #messages?: Subscription;

  constructor(private readonly database: Database) {}

  onModuleInit(): void {
    this.#messages = this.database.messages.subscribe((message) => this.#receive(message));
  }

  onModuleDestroy(): void {
    this.#messages?.unsubscribe();
  }

  /** What this process and all others tell. */
  get facts(): Observable<EphemeralFact> {
    return this.#facts;
  }

  /** @throws RangeError it is too long to be sent to other processes (MOST_OF_MESSAGE, as JSON). */
  tell(fact: EphemeralFact): void {
    this.database.send(JSON.stringify(fact));
    this.tellHere(fact);
  }

  /** Tells only listeners of this process. */
  tellHere(fact: EphemeralFact): void {
    this.#facts.next(fact);
  }

  #receive(message: string): void {
    const fact = parse(message);
    if (fact) this.#facts.next(fact);
    // A process of another version may say what this one does not understand, and so may whoever reaches the database.
    else this.#logger.warn('A message of another process was not understood.');
  }
}

function parse(message: string): EphemeralFact | undefined {
  try {
    const fact = JSON.parse(message) as EphemeralFact;
    return isListOfTexts(fact.topics) && typeof fact.type === 'string' ? fact : undefined;
  } catch {
    return undefined;
  }
}

export const isListOfTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
