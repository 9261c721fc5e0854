import { isPostgres, type Schema } from '@carillon/nestjs';
import { PreparedQuery } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import { nameWords } from './name-words.js';
import type { User } from './user.js';

const INSERT = new PreparedQuery<{ id: string; words: string }>((db, place) => ({
  compile: () =>
    sql`
      insert into user_words (word, user_id)
      select value, ${place('id')} from ${
        isPostgres(db)
          ? sql`json_array_elements_text(${place('words')}::json) as value`
          : sql`json_each(${place('words')})`
      }`.compile(db),
}));

/** The words by which users are found, in SQL. Each method runs on the connection it is given. */
@Injectable()
export class UserWordsRepository {
  async insert(db: Kysely<Schema>, user: User): Promise<void> {
    const words = nameWords(user);
    if (words.length > 0) await INSERT.run(db, { id: user.id, words: JSON.stringify(words) });
  }

  async remove(db: Kysely<Schema>, userId: string): Promise<void> {
    await db.deleteFrom('user_words').where('user_id', '=', userId).execute();
  }
}
