/**
 * The database is not available at the moment: the disk is full or fails, the server is unreachable, or another process
 * holds a lock.
 */
export class DatabaseUnavailable extends Error {
  override readonly name: string = 'DatabaseUnavailable';
}

/**
 * The transaction conflicts with another one. Nothing was done. When it runs again from the start, it sees the changes
 * of the other one.
 */
export class TransactionConflict extends DatabaseUnavailable {
  override readonly name: string = 'TransactionConflict';
}

/** A read took too long, or would take too long because too many others are waiting. */
export class DeadlineExceeded extends DatabaseUnavailable {
  override readonly name: string = 'DeadlineExceeded';
}

/** Too many commands are waiting for the disk. Nothing was done. */
export class TooManyWaiting extends DatabaseUnavailable {
  override readonly name = 'TooManyWaiting';
}

/** The database file is damaged, and stays so until an operator restores a backup. */
export class DatabaseDamaged extends DatabaseUnavailable {
  override readonly name: string = 'DatabaseDamaged';
}

/** The log entry of an error. Has no stack if the database is unavailable, because no code is to blame. */
export const inLog = (error: unknown): object =>
  error instanceof DatabaseUnavailable ? { reason: error.message } : { err: error };
