import { setTimeout as sleep } from 'node:timers/promises';
import type { UnitOfWork } from '../transaction/unit-of-work.js';
import { InboxBusy, type InboxRow, mayHaveMore, moveRows, setAside } from './move-rows.js';

/** The maximum number of rows that one transaction moves. */
const BATCH = 1000;
/** By how much a batch shrinks after the log has refused one of its rows, and grows after each success. */
const STEP = 10;
/** Milliseconds to wait for another node that is moving rows. */
const BUSY_PAUSE = 5;

/** The codes with which SQLite refuses a row: https://sqlite.org/rescode.html. A duplicate key is a damaged log instead. */
const REFUSED_BY_SQLITE = /^SQLITE_(CONSTRAINT_(CHECK|DATATYPE|NOTNULL|TRIGGER)|MISMATCH|TOOBIG)$/;
/**
 * Those of PostgreSQL: data exceptions, failed checks, program limits.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const REFUSED_BY_POSTGRES = /^(22...|23502|23514|54...)$/;

/**
 * Moves rows in batches. If the log refuses a batch, smaller ones find the row that it refuses. That row is removed, and
 * the rows after it are moved.
 */
export class InboxBatches {
  #limit = BATCH;

  constructor(private readonly work: UnitOfWork) {}

  /**
   * @returns whether more rows may remain.
   * @throws whatever keeps the database from being written. It removes no row.
   */
  async moveNext(): Promise<boolean> {
    let rows: InboxRow[] = [];
    try {
      await this.work.run(async (tx) => (rows = await moveRows(tx, this.#limit)));
    } catch (error) {
      await this.#undone(rows, error as Error);
      return true;
    }
    const hasMore = mayHaveMore(rows, this.#limit);
    this.#limit = Math.min(BATCH, this.#limit * STEP);
    return hasMore;
  }

  async #undone(rows: readonly InboxRow[], error: Error): Promise<void> {
    if (error instanceof InboxBusy) return sleep(BUSY_PAUSE);
    if (!isRefusal(error)) throw error;
    if (rows.length === 1) await this.work.run((tx) => setAside(tx, rows[0]!, error));
    else this.#limit = Math.max(1, Math.floor(Math.min(this.#limit, rows.length) / STEP));
  }
}

/** Whether a row is the cause of the error. */
function isRefusal({ code = '' }: Error & { code?: string }): boolean {
  return REFUSED_BY_SQLITE.test(code) || REFUSED_BY_POSTGRES.test(code);
}
