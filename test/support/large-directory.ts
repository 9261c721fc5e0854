import Database from 'better-sqlite3';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import type { Room } from '../../src/rooms/room/room.js';
import { nameWords } from '../../src/users/name-words.js';

interface Crowd {
  readonly size: number;
  readonly namesOf: (n: number) => { firstname: string; lastname: string; username: string };
  /** They are members of it. */
  readonly room?: Room;
}

/** Adds users past the API, which would take minutes. */
export function addCrowd(folder: string, { size, namesOf, room }: Crowd): void {
  const database = new Database(join(folder, 'data', 'carillon.db'), { timeout: 5_000 });
  const user = database.prepare(
    'insert into users (id, firstname, lastname, username, created_at, updated_at) values (?, ?, ?, ?, ?, ?)',
  );
  const word = database.prepare('insert into user_words (word, user_id) values (?, ?)');
  const member = database.prepare(
    `insert into members (room_id, user_id, role, read_seq, joined_at) values (?, ?, 'member', 0, ?)`,
  );
  const now = new Date().toISOString();
  database.transaction(() => {
    for (let n = 0; n < size; n++) {
      const names = namesOf(n);
      const id = uuidv7();
      user.run(id, names.firstname, names.lastname, names.username, now, now);
      for (const each of nameWords(names)) word.run(each, id);
      if (room) member.run(room.id, id, now);
    }
  })();
  database.close();
}
