import { DatabaseDamaged, DatabaseUnavailable } from '../engine/errors.js';

/** The codes for a failure of the disk or a lock, not of the statement. https://sqlite.org/rescode.html */
const UNAVAILABLE = /^SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN|NOMEM|PROTOCOL)/;
/** The codes for a damaged file. */
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/;

export type Report = (error: DatabaseDamaged) => void;

/** Whether another process holds the lock. */
export const isBusy = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable && /\(SQLITE_BUSY/.test(error.message);

/** @throws DatabaseUnavailable instead of errors of the disk, a lock or the file. */
export function translated<T>(work: () => T, report?: Report): T {
  try {
    return work();
  } catch (error) {
    throw reported(error, report);
  }
}

/** The same for errors between two rows. */
export function* translatedEach<T>(
  work: () => IterableIterator<T>,
  report: Report,
): IterableIterator<T> {
  try {
    yield* work();
  } catch (error) {
    throw reported(error, report);
  }
}

function reported(error: unknown, report?: Report): unknown {
  const unavailable = toUnavailable(error);
  if (unavailable instanceof DatabaseDamaged) report?.(unavailable);
  return unavailable ?? error;
}

/** @returns the error for the caller; `undefined` for errors of the statement. */
export function toUnavailable(error: unknown): DatabaseUnavailable | undefined {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (DAMAGED.test(code)) return new DatabaseDamaged(`${message} (${code})`, { cause: error });
  if (UNAVAILABLE.test(code))
    return new DatabaseUnavailable(`${message} (${code})`, { cause: error });
  return undefined;
}
