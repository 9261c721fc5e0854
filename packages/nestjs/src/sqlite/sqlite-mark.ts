import type Sqlite from 'better-sqlite3';
import fs from 'node:fs';

/** The end of a WAL. SQLite changes the salts whenever it restarts the WAL: https://sqlite.org/fileformat2.html#walformat */
export interface WalEnd {
  readonly salts: readonly [number, number];
  readonly frames: number;
}

/** The WAL may be empty, because everything is in the database file. */
const NOTHING: WalEnd = { salts: [0, 0], frames: 0 };

const FORM = /^([0-9a-f]{8}) ([0-9a-f]{8}) +(\d+)\n$/;
const LENGTH = 31;
const MOST_RESTARTS = 1000;

export const markOf = (path: string): string => `${path}-mark`;

/**
 * Records how far the WAL was flushed, in a small file next to the database, for all processes that have it open.
 *
 * After a crash it shows whether acknowledged commits are missing: SQLite considers a truncated, damaged or removed WAL
 * valid, and assumes that it ends earlier. The mark is written after the flush and is not flushed itself, so it never
 * claims more than was flushed.
 */
export class WalMark {
  readonly #wal: number;
  readonly #mark: number;
  readonly #framesInWal: Sqlite.Statement<[], { log: number; checkpointed: number }>;
  readonly #header = Buffer.alloc(8);
  readonly #line = Buffer.alloc(LENGTH);

  /** @param connection a connection without an open transaction. */
  constructor(path: string, connection: Sqlite.Database) {
    this.#wal = fs.openSync(`${path}-wal`, 'r');
    this.#mark = fs.openSync(markOf(path), fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
    this.#framesInWal = connection.prepare('PRAGMA wal_checkpoint(NOOP)');
  }

  /** The current end of the WAL. */
  end(): WalEnd {
    let salts = this.#salts();
    for (;;) {
      const frames = this.#framesInWal.get()!.log;
      const after = this.#salts();
      if (salts[0] === after[0] && salts[1] === after[1]) return { salts, frames };
      salts = after; // another process has restarted the WAL in the meantime
    }
  }

  /**
   * Whether the WAL still has everything that was flushed, or was restarted since then, after all of it was moved into
   * the database file.
   */
  isReached(): boolean {
    const mark = this.#read();
    if (!mark) return true;
    const { salts, frames } = this.end();
    if (isSame(salts, mark.salts)) return frames >= mark.frames;
    return isLater(salts, mark.salts);
  }

  /**
   * Records that the WAL is on disk up to this point, unless it was restarted since then: in that case, this part is in
   * the database file.
   */
  record(end: WalEnd): void {
    if (!isSame(this.#salts(), end.salts)) return;
    const mark = this.#read();
    // Another process has flushed more.
    if (mark && isSame(mark.salts, end.salts) && mark.frames > end.frames) return;
    this.#write(end);
    // Another process may have emptied the WAL just before this was written.
    if (!isSame(this.#salts(), end.salts)) this.#write(NOTHING);
  }

  /** Records that everything is in the database file. The process that closes it last then removes the WAL. */
  recordMoved(): void {
    const { log, checkpointed } = this.#framesInWal.get()!;
    if (log === checkpointed) this.#write(NOTHING);
  }

  close(): void {
    fs.closeSync(this.#wal);
    fs.closeSync(this.#mark);
  }

  #salts(): readonly [number, number] {
    if (fs.readSync(this.#wal, this.#header, 0, 8, 16) < 8) return NOTHING.salts;
    return [this.#header.readUInt32BE(0), this.#header.readUInt32BE(4)];
  }

  /** `undefined` if the WAL may be empty. */
  #read(): WalEnd | undefined {
    const length = fs.readSync(this.#mark, this.#line, 0, LENGTH, 0);
    const [, first, second, frames] = FORM.exec(this.#line.toString('latin1', 0, length)) ?? [];
    if (!first || !second || Number(frames) === 0) return undefined;
    return { salts: [parseInt(first, 16), parseInt(second, 16)], frames: Number(frames) };
  }

  #write({ salts, frames }: WalEnd): void {
    const [first, second] = salts.map((salt) => salt.toString(16).padStart(8, '0'));
    fs.writeSync(this.#mark, `${first} ${second} ${String(frames).padStart(12)}\n`, 0);
  }
}

const isSame = (one: WalEnd['salts'], other: WalEnd['salts']): boolean =>
  one[0] === other[0] && one[1] === other[1];

/** Whether these are the salts of a WAL that was restarted after it had the others. */
function isLater(salts: WalEnd['salts'], before: WalEnd['salts']): boolean {
  const restarts = (salts[0] - before[0]) >>> 0;
  return restarts <= MOST_RESTARTS && restarts > 0 && salts[1] !== before[1];
}
