import type Sqlite from 'better-sqlite3';
import fs from 'node:fs';

/** Where a WAL ends. Its salts change whenever SQLite begins it anew: https://sqlite.org/fileformat2.html#walformat */
export interface WalEnd {
  readonly salts: readonly [number, number];
  readonly frames: number;
}

/** Nothing has to be in the WAL: everything is in the database file. */
const NOTHING: WalEnd = { salts: [0, 0], frames: 0 };

const FORM = /^([0-9a-f]{8}) ([0-9a-f]{8}) +(\d+)\n$/;
const LENGTH = 31;
const MOST_RESTARTS = 1000;

export const markOf = (path: string): string => `${path}-mark`;

/**
 * How far the WAL was flushed, in a small file beside the database, for every process that has it open.
 *
 * It tells after a crash whether acknowledged commits are missing: a WAL that was cut off, damaged or removed is valid to
 * SQLite, which then takes it to end earlier. It is written after the flush and not flushed itself, so it never claims more
 * than there was.
 */
export class WalMark {
  readonly #wal: number;
  readonly #mark: number;
  readonly #framesInWal: Sqlite.Statement<[], { log: number; checkpointed: number }>;
  readonly #header = Buffer.alloc(8);
  readonly #line = Buffer.alloc(LENGTH);

  /** @param connection on which no transaction is open when this is used. */
  constructor(path: string, connection: Sqlite.Database) {
    this.#wal = fs.openSync(`${path}-wal`, 'r');
    this.#mark = fs.openSync(markOf(path), fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
    this.#framesInWal = connection.prepare('PRAGMA wal_checkpoint(NOOP)');
  }

  /** Where the WAL ends now. */
  end(): WalEnd {
    let salts = this.#salts();
    for (;;) {
      const frames = this.#framesInWal.get()!.log;
      const after = this.#salts();
      if (salts[0] === after[0] && salts[1] === after[1]) return { salts, frames };
      salts = after; // another process has begun it anew meanwhile
    }
  }

  /** Whether the WAL reaches as far as it was flushed, or was begun anew since, when all was in the database file. */
  isReached(): boolean {
    const mark = this.#read();
    if (!mark) return true;
    const { salts, frames } = this.end();
    if (isSame(salts, mark.salts)) return frames >= mark.frames;
    return isLater(salts, mark.salts);
  }

  /** Takes note that the WAL is on disk up to here, unless it was begun anew since: then that is in the database file. */
  record(end: WalEnd): void {
    if (!isSame(this.#salts(), end.salts)) return;
    const mark = this.#read();
    // Another process was further.
    if (mark && isSame(mark.salts, end.salts) && mark.frames > end.frames) return;
    this.#write(end);
    // Another process may have emptied it just now, before this was written.
    if (!isSame(this.#salts(), end.salts)) this.#write(NOTHING);
  }

  /** Takes note that everything is in the database file, where it is: whoever closes it last then removes the WAL. */
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

  /** `undefined` where nothing has to be in the WAL. */
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

/** Whether a WAL has these salts that was begun anew after it had the others. */
function isLater(salts: WalEnd['salts'], before: WalEnd['salts']): boolean {
  const restarts = (salts[0] - before[0]) >>> 0;
  return restarts <= MOST_RESTARTS && restarts > 0 && salts[1] !== before[1];
}
