const SAVEPOINT = 'savepoint command';
const RELEASE = 'release savepoint command';
const ROLLBACK = 'rollback to savepoint command';

/**
 * How long a command waits for a row of another transaction while its own group holds locks. PostgreSQL detects a
 * deadlock between two groups only after a second (`deadlock_timeout`), and all of their commands would wait.
 */
const LOCK_TIMEOUT = "set local lock_timeout = '5ms'";
const NO_LOCK_TIMEOUT = 'set local lock_timeout = 0';

/**
 * The statements of a transaction about its savepoints and lock waits. They are sent with the next statement of a command,
 * so they need no round trip of their own. All savepoints have the same name, and the most recent one applies.
 */
export class ControlStatements {
  /** Not sent yet: releases, then savepoints. */
  #pending: string[] = [];
  #limitsLockWaits = false;

  savepoint(): void {
    this.#pending.push(SAVEPOINT);
  }

  release(): void {
    if (this.#pending.at(-1) === SAVEPOINT) this.#pending.pop();
    else this.#pending.push(RELEASE);
  }

  /** Limits lock waits once per transaction. */
  limitLockWaits(): void {
    if (!this.#limitsLockWaits) this.#pending.push(LOCK_TIMEOUT);
    this.#limitsLockWaits = true;
  }

  /** The statements that undo the changes since the most recent savepoint. Empty if it was not sent. */
  undo(): string {
    if (this.#pending.at(-1) === SAVEPOINT) {
      this.#pending.pop();
      return '';
    }
    // Savepoints whose release is pending are inside of it. Rolls back one at a time: after a failed statement,
    // PostgreSQL accepts nothing else, not even a release.
    const statements = [RELEASE, ...this.#pending].flatMap((release) => [ROLLBACK, release]);
    this.#pending = [];
    return statements.join('; ');
  }

  restart(): string {
    this.#pending = [];
    this.#limitsLockWaits = false;
    return 'rollback; begin';
  }

  /** The statements that the next one needs. */
  take(): string {
    const statements = this.#pending.join('; ');
    this.#pending = [];
    return statements;
  }

  /** Removes the limit: the log and the commit may wait as long as necessary. COMMIT releases all savepoints. */
  takeBeforeCommit(): string {
    this.#pending = [];
    return this.#limitsLockWaits ? NO_LOCK_TIMEOUT : '';
  }
}
