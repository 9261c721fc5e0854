import { isPostgres, type Schema } from '@carillon/nestjs';
import { PreparedQuery } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { nameWords } from './name-words.js';
import type { User } from './user.js';

const INSERT = new PreparedQuery<{ id: string; words: string }>((db, place) =>
  db
    .insertInto('user_words')
    .columns(['word', 'user_id'])
    .expression((query) =>
      query
        .selectFrom(elementsOf(db, place('words')).as('element'))
        .select(['element.value', place('id').as('user_id')]),
    ),
);

/** The elements of a JSON array of texts. */
const elementsOf = (
  db: Kysely<Schema>,
  array: RawBuilder<string>,
): RawBuilder<{ value: string }> =>
  isPostgres(db)
    ? sql`(select json_array_elements_text(${array}::json) as value)`
    : sql`json_each(${array})`;

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
