import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { type Observable, Subject, type Subscription } from 'rxjs';
import { Database } from './database.js';

/** All messages of one kind between the nodes that share the database. */
export interface NodeChannel<T> {
  /** The messages of all nodes including this one, in the sending order of each node. */
  readonly messages: Observable<T>;
  /**
   * Sends a message to all nodes. This node receives it before `send` returns. Other nodes receive it within some
   * milliseconds, or not at all: messages are neither stored nor repeated.
   *
   * @param message is converted to JSON.
   * @throws RangeError its JSON has more than about MAX_MESSAGE_BYTES bytes. No node receives it.
   */
  send(message: T): void;
}

/** The bytes that a part of a message takes: a message is a text in a JSON list, so each quotation mark is escaped. */
export const encodedSize = (part: unknown): number =>
  Buffer.byteLength(JSON.stringify(JSON.stringify(part)));

interface Kind {
  /** @returns whether the message has the form that its kind requires. */
  receive(message: unknown): boolean;
}

/**
 * Sends short messages of named kinds between the nodes that share a database: processes on one machine or several. Use
 * it for state that is soon out of date. Record an event for everything that must not be lost.
 */
@Injectable()
export class NodeMessages implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger(NodeMessages.name);
  readonly #kinds = new Map<string, Kind>();
  #subscription?: Subscription;

  constructor(private readonly database: Database) {}

  onModuleInit(): void {
    this.#subscription = this.database.messages.subscribe((text) => this.#receive(text));
  }

  onModuleDestroy(): void {
    this.#subscription?.unsubscribe();
  }

  /**
   * Opens the channel for one kind of message.
   *
   * @param kind a unique name.
   * @param isMessage checks received messages: everyone who can connect to the database can send messages.
   */
  channel<T>(kind: string, isMessage: (message: unknown) => message is T): NodeChannel<T> {
    if (this.#kinds.has(kind)) throw new Error(`The channel "${kind}" exists already.`);
    const messages = new Subject<T>();
    this.#kinds.set(kind, {
      receive: (message) => {
        const isValid = isMessage(message);
        if (isValid) messages.next(message);
        return isValid;
      },
    });
    return {
      messages,
      send: (message) => {
        this.database.send(JSON.stringify({ kind, message }));
        messages.next(message);
      },
    };
  }

  #receive(text: string): void {
    const { kind, message } = parse(text);
    // A node of another version may send unknown kinds.
    if (!this.#kinds.get(kind)?.receive(message))
      this.#logger.warn('Ignored an unknown or invalid message from another node.');
  }
}

function parse(text: string): { kind: string; message: unknown } {
  try {
    const { kind, message } = Object(JSON.parse(text)) as Record<string, unknown>;
    return { kind: String(kind), message };
  } catch {
    return { kind: '', message: undefined };
  }
}
