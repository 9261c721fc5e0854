import type { Kysely } from 'kysely';
import { AsyncLocalStorage } from 'node:async_hooks';
import { DatabaseUnavailable } from '../engine/errors.js';
import type { Schema } from '../engine/schema.js';
import type { DomainEvent } from './domain-event.js';
import type { Effect } from './effects.js';
import { jsonOf, publishedDataOf } from './event-form.js';
import type { PendingEvent } from './pending-event.js';
import { Publication, type PublishedEvent } from './published-event.js';
import { type Redaction, redactLogged, type Rewrite } from './redaction.js';
import type { RegisteredTopics } from './registered-topics.js';
import { CannotUndoAlone, type Savepoints } from './savepoints.js';

/** The shared transaction was rolled back by the engine, so no command in it may continue. */
export class TransactionLost extends DatabaseUnavailable {}

/** The transaction that the running code is part of, if any. */
export const currentTransaction = new AsyncLocalStorage<Transaction>();

/** What is the same for all events that features record. */
const OF_FEATURES = {
  format: 'json',
  private: 1,
  public_id: null,
  xid: null,
  retry: null,
} as const;

/** One command's view of the open transaction. */
export class Transaction {
  #last: Promise<unknown> = Promise.resolve();
  #ended = false;
  readonly #redacted = new Set<string>();

  constructor(
    readonly db: Kysely<Schema>,
    private readonly savepoints: Savepoints,
    private readonly topics: RegisteredTopics,
    private readonly entries: (PendingEvent | Redaction)[] = [],
    private readonly effects: Effect[] = [],
  ) {}

  /**
   * Appends an event to the log when this transaction commits.
   *
   * @param actor the id of the user who caused it; `null` for an anonymous caller.
   * @throws Error the function that received this transaction has ended, no feature registered the topic, or the event
   *   redacts a subject that was not passed to `redact`; TypeError the topic, type or data cannot be stored.
   */
  record(event: DomainEvent, actor: string | null = null): void {
    const { topic, alsoOn = [], type, subject = null, redacts = null } = event;
    if (this.#ended) throw new Error(`${type} was recorded after its unit of work had ended.`);
    const unknown = [topic, ...alsoOn].find((each) => !this.topics.isRegistered(each));
    if (unknown !== undefined)
      throw new Error(
        `${type} was recorded on "${unknown}", a topic that no feature has registered. Declare it in the topics of a feature.`,
      );
    const json = jsonOf(event);
    if (redacts !== null && !this.#redacted.has(redacts))
      throw new Error(`${type} was recorded without redacting ${redacts}.`);
    const topics = alsoOn.length > 0 ? JSON.stringify([topic, ...alsoOn]) : null;
    this.entries.push({ ...OF_FEATURES, topic, topics, type, data: json, actor, subject, redacts });
  }

  /**
   * Appends an event of another program to the log when this transaction commits. Whoever calls it has checked that the
   * program may publish on these topics: the owner of the database may record on those of features, too.
   *
   * @param actor the id of the credential with which it was published.
   * @returns its position, once the transaction has committed.
   * @throws Error the function that received this transaction has ended; TypeError a topic, the type, the id or the data
   *   cannot be stored, or belongs to a feature or to the hub.
   */
  publish(event: PublishedEvent, actor: string | null = null): Publication {
    const {
      topics,
      type,
      format,
      publicId = null,
      xid = null,
      retry = null,
      subject = null,
    } = event;
    if (this.#ended) throw new Error(`${type} was published after its unit of work had ended.`);
    const data = publishedDataOf(event);
    const mistake = this.topics.mistakeIn?.(event);
    if (mistake !== undefined) throw new TypeError(mistake);
    const publication = new Publication();
    this.entries.push({
      topic: topics[0]!,
      topics: topics.length > 1 ? JSON.stringify(topics) : null,
      type,
      data,
      format,
      private: event.private ? 1 : 0,
      public_id: publicId,
      xid,
      retry,
      actor,
      subject,
      redacts: null,
      onCommit: (position) => publication.committed(position),
    });
    return publication;
  }

  /**
   * Starts something outside of the database after the COMMIT, such as sending a message. It happens once, even if the
   * function that received this transaction runs again, and not at all if its changes are undone.
   *
   * @param effect its errors are logged.
   * @throws Error the function that received this transaction has ended.
   */
  onCommit(effect: Effect): void {
    if (this.#ended) throw new Error('onCommit was called after its unit of work had ended.');
    this.effects.push(effect);
  }

  /** The types of the events that this command has recorded so far. */
  get recordedTypes(): readonly string[] {
    return this.entries.flatMap((entry) => ('rewrite' in entry ? [] : entry.type));
  }

  /**
   * Rewrites the data of earlier events about a subject when this transaction commits. Position, topic and type stay.
   * Then record an event that `redacts` the subject, so that every process drops the copies it keeps in memory.
   *
   * @param rewrite maps the data of an event to its redacted data.
   * @param limit the maximum number of events to rewrite, newest first, and of their dead letters; all when omitted.
   * @returns the number of rewritten events or dead letters, whichever is greater. If it equals `limit`, more may remain.
   * @throws Error the function that received this transaction has ended.
   */
  async redact(subject: string, rewrite: Rewrite, limit?: number): Promise<number> {
    if (this.#ended) throw new Error(`${subject} was redacted after its unit of work had ended.`);
    this.#redacted.add(subject);
    // Events that other commands recorded in this transaction are not in the log yet.
    this.entries.push({ subject, rewrite });
    return redactLogged(this.db, subject, rewrite, limit);
  }

  /**
   * Runs `work` in a savepoint: if it throws, only its own changes are undone. Savepoints nest, so parallel calls are
   * serialized.
   *
   * @throws Error the function that received this transaction has ended.
   */
  savepoint<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#ended)
      return Promise.reject(new Error('A nested run started after its outer run had ended.'));
    const result = this.#last.then(() => this.#inSavepoint(work));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #inSavepoint<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const inner = new Transaction(this.db, this.savepoints, this.topics);
    await orLost(this.savepoints.begin());
    try {
      const result = await inner.#carryOut(work);
      await this.savepoints.keep();
      this.entries.push(...inner.entries);
      this.effects.push(...inner.effects);
      return result;
    } catch (error) {
      await orLost(this.savepoints.undo());
      throw error;
    }
  }

  /** Waits for nested savepoints as well: all savepoints share one name, and the innermost one counts. */
  async #carryOut<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      return await currentTransaction.run(this, work, this);
    } finally {
      this.#ended = true;
      await this.#last;
    }
  }
}

/** SQLite rolls back the whole transaction when the disk fails: https://sqlite.org/lang_transaction.html */
async function orLost(statement: Promise<void>): Promise<void> {
  try {
    await statement;
  } catch (error) {
    if (error instanceof CannotUndoAlone) throw error;
    throw new TransactionLost(String(error), { cause: error });
  }
}
