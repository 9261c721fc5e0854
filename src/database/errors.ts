/** The database cannot serve now: the disk is full or fails, or another process keeps it locked. */
export class DatabaseUnavailable extends Error {
  override readonly name: string = 'DatabaseUnavailable';
}
