import { isPostgres, type Schema } from '@carillon/nestjs';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Page } from '../http/paging.js';
import { endOfTerm } from './name-words.js';
import type { User } from './user.js';
import { toUser } from './user-rows.js';

/** Words that one page looks at, so that a search of common words stays cheap. */
const MAX_SCANNED = 500;

interface UserSearch {
  readonly terms: readonly string[];
  readonly afterKey: string | undefined;
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  /**
   * A query for the ids of the only users to look at, each once. Page cursors contain keys of users who were looked at, so a
   * condition that is checked later would show the caller words and ids of others.
   */
  readonly among?: RawBuilder<{ id: string }>;
}

/**
 * One page of the users who have a word for each term, in the order of the words for the first term: an exact match comes
 * first. It may be shorter than `limit`, although more pages follow.
 */
export async function findUsers(db: Kysely<Schema>, search: UserSearch): Promise<Page<User>> {
  const { terms, limit, order } = search;
  if (terms.length === 0) return { items: [] };
  const scanned = Math.max(MAX_SCANNED, limit + 1);
  const rows = await found(db, search, scanned)
    .orderBy('hit.word', order)
    .orderBy('hit.user_id', order)
    .limit(limit + 1)
    .execute();
  const last =
    rows.length > limit
      ? rows[limit - 1]
      : await db
          .selectFrom(hits(db, search, { limit: 1, offset: scanned - 1 }).as('hit'))
          .selectAll()
          .executeTakeFirst();
  return { items: rows.slice(0, limit).map(toUser), next: last && keyOf(last) };
}

/** The users whom some of the words for the first term find, each by the first of their own. */
function found(db: Kysely<Schema>, search: UserSearch, scanned: number) {
  const [first = '', ...others] = search.terms;
  const earlier = db
    .selectFrom('user_words as earlier')
    .select('earlier.word')
    .where('earlier.user_id', '=', sql.ref<string>('hit.user_id'))
    .where('earlier.word', '>=', first)
    .where('earlier.word', '<', sql.ref<string>('hit.word'));
  return others.reduce(
    (query, term) => query.where(hasWordFor(term)),
    db
      .selectFrom(hits(db, search, { limit: scanned, offset: 0 }).as('hit'))
      .innerJoin('users', 'users.id', 'hit.user_id')
      .selectAll('users')
      .select(['hit.word', 'hit.user_id'])
      .where(sql<boolean>`not exists ${earlier}`),
  );
}

const hasWordFor = (term: string): RawBuilder<boolean> => sql`
  exists (
    select 1 from user_words
    where user_words.user_id = hit.user_id
      and user_words.word >= ${term} and user_words.word < ${endOfTerm(term)}
  )`;

interface Hit {
  readonly word: string;
  readonly user_id: string;
}

/** The words for the first term, after those of the previous page. */
function hits(
  db: Kysely<Schema>,
  search: UserSearch,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): RawBuilder<Hit> {
  const order = sql.raw(search.order);
  return sql`(
    ${wordsFor(db, search)}
    order by word ${order}, user_id ${order}
    limit ${limit} offset ${offset}
  )`;
}

/**
 * Of a room, one index lookup for each member: the cost does not depend on how many others have such words. `cross join` on
 * SQLite and `offset 0` on PostgreSQL keep the planner from starting with the words.
 */
function wordsFor(db: Kysely<Schema>, search: UserSearch): RawBuilder<Hit> {
  const { among } = search;
  const words = sql<Hit>`select word, user_id from user_words where ${isWanted(search)}`;
  if (!among) return words;
  if (isPostgres(db))
    return sql`
      select word, user_id from (${among}) as one
      cross join lateral (${words} and user_words.user_id = one.id offset 0) as theirs`;
  return sql`
    select word, user_id from (${among}) as one
    cross join user_words on user_words.user_id = one.id where ${isWanted(search)}`;
}

function isWanted({ terms, afterKey, order }: UserSearch): RawBuilder<boolean> {
  const [first = ''] = terms;
  const begins = sql<boolean>`word >= ${first} and word < ${endOfTerm(first)}`;
  if (afterKey === undefined) return begins;
  const [word, userId] = afterKey.split(' ');
  return sql`${begins} and (word, user_id) ${sql.raw(order === 'asc' ? '>' : '<')} (${word}, ${userId})`;
}

const keyOf = ({ word, user_id }: Hit): string => `${word} ${user_id}`;
