/** The database cannot serve now: the disk is full or fails, it is away, or another process keeps it locked. */
export class DatabaseUnavailable extends Error {
  override readonly name: string = 'DatabaseUnavailable';
}

/** Another transaction was in the way of this one. Nothing is done; run from the start, it will see what the other did. */
export class TransactionConflict extends DatabaseUnavailable {
  override readonly name: string = 'TransactionConflict';
}
