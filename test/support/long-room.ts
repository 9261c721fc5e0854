import Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Room } from '../../src/rooms/room/room.js';
import { WORDS_VERSION } from '../../src/words/words.js';

/** Time between two messages, in ms. */
const HOUR = 3_600_000;
const FIRST_DAY = Date.UTC(2025, 0, 1, 12);

export interface Filling {
  readonly room: Room;
  /** The first and the last message to add, by `seq`. */
  readonly from?: number;
  readonly to: number;
  /** The authors take turns. */
  readonly authorIds: readonly string[];
  readonly textOf: (seq: number) => string;
}

export const postedAt = (seq: number): Date => new Date(FIRST_DAY + seq * HOUR);

/** Adds messages that every member has read, past the API, which would take minutes. Search does not find them. */
export function fillRoom(folder: string, filling: Filling): void {
  const { room, from = 1, to, authorIds, textOf } = filling;
  inDatabase(folder, (database) => {
    const insert = database.prepare(
      `insert into messages (id, room_id, seq, author_id, client_id, text, mentions, words, words_version, created_at)
       values (?, ?, ?, ?, ?, ?, '[]', '', ${WORDS_VERSION}, ?)`,
    );
    for (let seq = from; seq <= to; seq++) {
      const authorId = authorIds[seq % authorIds.length];
      const at = postedAt(seq).toISOString();
      insert.run(randomUUID(), room.id, seq, authorId, randomUUID(), textOf(seq), at);
    }
    database.prepare('update rooms set last_seq = ? where id = ?').run(to, room.id);
    database.prepare('update members set read_seq = ? where room_id = ?').run(to, room.id);
  });
}

/** Puts the read markers of all members before the last messages of a room. */
export function leaveUnread(folder: string, { id }: Room, unread: number): void {
  inDatabase(folder, (database) =>
    database
      .prepare(
        `update members set read_seq = (select last_seq from rooms where id = room_id) - ?
         where room_id = ?`,
      )
      .run(unread, id),
  );
}

function inDatabase(folder: string, work: (database: Database.Database) => unknown): void {
  const database = new Database(join(folder, 'data', 'carillon.db'), { timeout: 5_000 });
  database.transaction(work)(database);
  database.close();
}
