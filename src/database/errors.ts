/** The database cannot serve now: the disk is full or fails, it is away, or another process keeps it locked. */
export class DatabaseUnavailable extends Error {
  override readonly name: string = 'DatabaseUnavailable';
}

/** Another transaction was in the way of this one. Nothing is done; run from the start, it will see what the other did. */
export class TransactionConflict extends DatabaseUnavailable {
  override readonly name: string = 'TransactionConflict';
}

/** A read took longer than it may, or would: too many others wait. */
export class DeadlineExceeded extends DatabaseUnavailable {
  override readonly name: string = 'DeadlineExceeded';
}

/** More commands wait for the disk than the process may hold. Nothing was done. */
export class TooManyWaiting extends DatabaseUnavailable {
  override readonly name = 'TooManyWaiting';
}

/** The file is not what SQLite wrote. It stays so until an operator restores a backup. */
export class DatabaseDamaged extends DatabaseUnavailable {
  override readonly name: string = 'DatabaseDamaged';
}

/** What a line of the log says of an error: without a stack where the database is away, which no code is to blame for. */
export const inLog = (error: unknown): object =>
  error instanceof DatabaseUnavailable ? { reason: error.message } : { err: error };
