import { Inject, Injectable } from '@nestjs/common';
import type { ControlledTransaction, Kysely } from 'kysely';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Subject, type Observable } from 'rxjs';
import { Config } from '../config.js';
import { ENGINE, type Engine, type RecordedFact } from './database.js';
import { DatabaseUnavailable, TooManyWaiting, TransactionConflict } from './errors.js';
import type { Fact } from './fact.js';
import { RegisteredTopics } from './registered-topics.js';
import { pendingRedacted, type Redaction, redactLogged, type Rewrite } from './redaction.js';
import { Savepoints } from './savepoints.js';
import type { Schema } from './schema.js';

/** Commands that share one flush at the most: bounds how long the first of them waits for the last. */
const MOST_PER_COMMIT = 256;

/** How often a command is run that other transactions are in the way of. */
const ATTEMPTS = 4;
/** Milliseconds at the most before it is run again; jittered, so that both do not meet again. */
const CONFLICT_PAUSE = 20;

/**
 * Milliseconds that a command waits for its turn. It waits when the commit of another one gets no answer; its own may get
 * none either, and both waits together must not be longer than docs/operations.md says.
 */
const QUEUE_TIMEOUT = 3000;
/** Milliseconds between two looks at who has waited for that long, while a commit gets no answer. */
const LOOK = 500;
/** Milliseconds that a command waits for its commit: longer than PostgreSQL is given to answer. */
const COMMIT_TIMEOUT = 6500;

/** The transaction that all share is gone, so none of them may go on. */
class TransactionLost extends DatabaseUnavailable {}

/** The open transaction, in the hands of one command. */
export class Transaction {
  #last: Promise<unknown> = Promise.resolve();
  #ended = false;
  readonly #redacted = new Set<string>();

  constructor(
    readonly db: Kysely<Schema>,
    private readonly savepoints: Savepoints,
    private readonly topics: RegisteredTopics,
    private readonly entries: (RecordedFact | Redaction)[] = [],
  ) {}

  /**
   * Puts a fact into the log, if this transaction commits.
   *
   * @param actor the id of whoever did it, `null` when nobody signed in.
   * @throws Error the work that this transaction was given to has ended, no feature has registered the topic, the data is
   *   not JSON, or `redact` was not called for what the event redacts.
   */
  record(fact: Fact, actor: string | null = null): void {
    const { topic, type, data, subject = null, redacts = null } = fact;
    if (this.#ended) throw new Error(`${type} was recorded after its unit of work had ended.`);
    if (!this.topics.isRegistered(topic))
      throw new Error(
        `${type} was recorded on "${topic}", a topic that no feature has registered.`,
      );
    const json = JSON.stringify(data) as string | undefined;
    if (json === undefined) throw new Error(`The data of ${type} is not JSON.`);
    if (redacts !== null && !this.#redacted.has(redacts))
      throw new Error(`${type} was recorded without redacting ${redacts}.`);
    this.entries.push({ topic, type, data: json, actor, subject, redacts });
  }

  /**
   * Rewrites the data of earlier events of a subject, if this transaction commits; position, topic and type stay. Record
   * an event that `redacts` the subject after it, for the processes that keep the earlier ones in memory.
   *
   * @param rewrite makes of an event's data what is left of them.
   * @param limit how many events are rewritten, the newest first; all where it is left out.
   * @returns how many were: as many as `limit` where more may be left.
   * @throws Error the work that this transaction was given to has ended.
   */
  async redact(subject: string, rewrite: Rewrite, limit?: number): Promise<number> {
    if (this.#ended) throw new Error(`${subject} was redacted after its unit of work had ended.`);
    this.#redacted.add(subject);
    // Those that others have recorded in this transaction are not in the log yet.
    this.entries.push({ subject, rewrite });
    return redactLogged(this.db, subject, rewrite, limit);
  }

  /**
   * Runs work that is undone alone when it throws. Savepoints nest, so parallel work takes turns.
   *
   * @throws Error the work that this transaction was given to has ended.
   */
  savepoint<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#ended)
      return Promise.reject(new Error('A run began after the one around it had ended.'));
    const result = this.#last.then(() => this.#inSavepoint(work));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #inSavepoint<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const inner = new Transaction(this.db, this.savepoints, this.topics);
    await this.savepoints.begin();
    try {
      const result = await inner.#carryOut(work);
      await this.savepoints.release();
      this.entries.push(...inner.entries);
      return result;
    } catch (error) {
      await this.#undo(error);
      throw error;
    }
  }

  /** Resolves when the work has ended and what it began inside: all savepoints have one name, the last one counts. */
  async #carryOut<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      return await UnitOfWork.ambient.run(this, work, this);
    } finally {
      this.#ended = true;
      await this.#last;
    }
  }

  async #undo(error: unknown): Promise<void> {
    try {
      await this.savepoints.undo();
    } catch {
      // SQLite gives up the whole transaction when the disk fails: https://sqlite.org/lang_transaction.html
      throw new TransactionLost(String(error), { cause: error });
    }
  }
}

interface Command {
  /** When it was given, by `performance.now()`. */
  readonly since: number;
  /**
   * Runs the command in its savepoint, and answers with what to tell the caller after COMMIT.
   *
   * @throws TransactionConflict another transaction is in the way: it has to run again.
   */
  attempt(tx: Transaction): Promise<() => void>;
  /** @returns whether it may run once more. */
  mayTryAgain(): boolean;
  fail(error: unknown): void;
}

/**
 * The only way to write.
 *
 * Commands that arrive together run one after another inside one transaction, each in a savepoint,
 * and share its flush to disk (group commit: DeWitt et al., "Implementation Techniques for Main Memory
 * Database Systems", SIGMOD 1984). The facts that they recorded take their positions as the last
 * statements before COMMIT, so the order of positions is the order of commits.
 */
@Injectable()
export class UnitOfWork {
  /** The transaction that the running code is part of, if any. */
  static readonly ambient = new AsyncLocalStorage<Transaction>();

  /** Where commits run: in no request's context, since they serve several. */
  readonly #ownContext = AsyncLocalStorage.snapshot();
  readonly #waiting: Command[] = [];
  readonly #committed = new Subject<void>();
  readonly #redacted = new Subject<void>();
  #working: Promise<void> | undefined;
  /** Commands that wait a moment before they run again. */
  #pausing = 0;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly topics: RegisteredTopics,
    private readonly config: Config = new Config(),
  ) {}

  /** Rings after each commit that added facts to the log. */
  get committed(): Observable<void> {
    return this.#committed;
  }

  /** Emits after each commit that redacted events. */
  get redacted(): Observable<void> {
    return this.#redacted;
  }

  /**
   * Runs `work` in a transaction. A `run` inside a `run` joins the outer one.
   *
   * No slow work (hashing, network) inside: every other command waits for it. Where another transaction was in the way
   * (a deadlock), all that `work` did is undone, and it runs again from its start.
   *
   * @returns what `work` returned, once it is on disk.
   * @throws what `work` threw, with its changes and facts undone and no other's; DatabaseUnavailable when the commit failed,
   *   with nothing done, or got no answer, so that it may have been carried out; TooManyWaiting when `COMMANDS_WAITING_MAX`
   *   others wait.
   */
  run<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const outer = UnitOfWork.ambient.getStore();
    if (outer) return outer.savepoint(work);
    if (this.#waiting.length >= this.config.COMMANDS_WAITING_MAX)
      return Promise.reject(new TooManyWaiting('Too many commands wait for the database.'));

    const inCallersContext = AsyncLocalStorage.snapshot();
    return new Promise<T>((resolve, reject) => {
      let attempts = 0;
      const command: Command = {
        since: performance.now(),
        attempt: (tx) =>
          inCallersContext(() => tx.savepoint(work)).then(
            (result) => () => resolve(result),
            (error: unknown) => {
              if (error instanceof TransactionLost || error instanceof TransactionConflict)
                throw error;
              return () => reject(error);
            },
          ),
        mayTryAgain: () => ++attempts < ATTEMPTS,
        fail: reject,
      };
      this.#enqueue(command);
    });
  }

  #enqueue(command: Command): void {
    this.#waiting.push(command);
    this.#working ??= this.#ownContext(() => this.#work());
  }

  /** In a later transaction: this one may hold what the other waits for. */
  async #tryAgain(command: Command, error: unknown): Promise<void> {
    if (!command.mayTryAgain()) return command.fail(error);
    this.#pausing++;
    await sleep(Math.random() * CONFLICT_PAUSE);
    this.#pausing--;
    this.#enqueue(command);
  }

  /** Resolves when nothing is being written, and nothing waits to be. */
  async idle(): Promise<void> {
    while (this.#working || this.#pausing > 0) await (this.#working ?? sleep(CONFLICT_PAUSE));
  }

  async #work(): Promise<void> {
    const looks = setInterval(() => this.#refuseOverdue(), LOOK);
    while (this.#waiting.length > 0) {
      // Lets the requests that this turn of the event loop has brought in join the same commit.
      await new Promise(setImmediate);
      this.#refuseOverdue();
      await this.#commitTogether();
    }
    clearInterval(looks);
    this.#working = undefined;
  }

  #refuseOverdue(): void {
    const latest = performance.now() - QUEUE_TIMEOUT;
    while (this.#waiting.length > 0 && this.#waiting[0]!.since < latest)
      this.#waiting
        .shift()!
        .fail(new DatabaseUnavailable('The commands before this one took too long.'));
  }

  async #commitTogether(): Promise<void> {
    if (this.#waiting.length === 0) return;
    let trx: ControlledTransaction<Schema>;
    try {
      trx = await this.engine.write.startTransaction().execute();
    } catch (error) {
      for (const command of this.#waiting.splice(0, MOST_PER_COMMIT)) command.fail(error);
      return;
    }
    const taken: Command[] = [];
    try {
      for (const answer of await this.#attemptAll(trx, taken)) answer();
    } catch (error) {
      await trx
        .rollback()
        .execute()
        .catch(() => undefined);
      for (const command of taken)
        if (error instanceof TransactionConflict) void this.#tryAgain(command, error);
        else command.fail(error);
    }
  }

  async #attemptAll(trx: ControlledTransaction<Schema>, taken: Command[]): Promise<(() => void)[]> {
    const entries: (RecordedFact | Redaction)[] = [];
    const answers: (() => void)[] = [];
    const savepoints = new Savepoints(trx);
    const tx = new Transaction(trx, savepoints, this.topics, entries);
    while (taken.length < MOST_PER_COMMIT && this.#waiting.length > 0) {
      // Before the next one is taken: what fails here is no failure of its own, and must not lose it.
      if (taken.length > 0) await savepoints.becomeImpatient();
      const next = this.#waiting.shift()!;
      const answer = await this.#attemptOrGiveWay(next, tx, taken);
      if (!answer) break;
      answers.push(answer);
      taken.push(next);
    }
    await savepoints.end();
    const facts = pendingRedacted(entries);
    await this.engine.append(trx, facts);
    await this.#commit(trx, taken);
    if (facts.length > 0) this.#committed.next();
    if (facts.length < entries.length) this.#redacted.next();
    return answers;
  }

  /** A disk that is frozen cannot be asked to give up: the commit goes on, and whoever waits for it is told that. */
  async #commit(trx: ControlledTransaction<Schema>, taken: readonly Command[]): Promise<void> {
    const late = new DatabaseUnavailable('The commit took too long; it may have been carried out.');
    const timer = setTimeout(() => taken.forEach((command) => command.fail(late)), COMMIT_TIMEOUT);
    try {
      await this.engine.commit(trx);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Where another transaction is in the way, a command gives way to those that were taken before it: they are committed
   * at once, so that nobody waits for what they hold, and it comes first next time, when it may wait without harm.
   *
   * @returns what to tell the caller after COMMIT; `undefined` when it gave way.
   */
  async #attemptOrGiveWay(
    command: Command,
    tx: Transaction,
    taken: readonly Command[],
  ): Promise<(() => void) | undefined> {
    try {
      return await command.attempt(tx);
    } catch (error) {
      if (!(error instanceof TransactionConflict)) {
        command.fail(error);
        throw error;
      }
      if (taken.length > 0) this.#waiting.unshift(command);
      else void this.#tryAgain(command, error);
      return undefined;
    }
  }
}
