import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { Request, Response } from 'express';
import { WholeNumber } from '../whole-number.js';
import { canonicalPath } from './ids.js';
import { decodePageCursor, encodePageCursor, NO_CURSOR } from './page-cursor.js';

export const MOST_PER_PAGE = 1000;

/** Characters of a cursor: more than any has. */
const LONGEST_CURSOR = 200;

/** Ids and usernames. */
const TEXT_KEYS = /^[a-z0-9._-]{1,64}$/;
/** Numbers that PostgreSQL and JavaScript both hold. */
export const NUMBER_KEYS = /^\d{1,15}$/;

/** The cursor of a list that is read page by page, which its `Link` header carries. */
export const PageCursor = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      description:
        'The opaque cursor of a page: follow `Link: rel="next"`, which contains it. It is valid for this list, for the same caller and with the same parameters; only `limit` may change.',
      minLength: 1,
      maxLength: LONGEST_CURSOR,
      pattern: '^[A-Za-z0-9_-]+$',
    }),
    IsOptional(),
    Matches(new RegExp(`^[\\w-]{1,${LONGEST_CURSOR}}$`), { message: NO_CURSOR }),
  );

/** One page of a list by keyset: the rows after those that the client has. */
export class KeysetQuery {
  @ApiPropertyOptional({
    description: 'The maximum number of entries to return.',
    type: 'integer',
    minimum: 1,
    maximum: MOST_PER_PAGE,
    default: 100,
  })
  @IsOptional()
  @WholeNumber(1, MOST_PER_PAGE)
  limit: number = 100;

  @PageCursor()
  after?: string;
}

/** The same of a list that is read either way. */
export class PageQuery extends KeysetQuery {
  @ApiPropertyOptional({
    description: '`asc` returns the oldest entries first, `desc` the newest.',
    enum: ['asc', 'desc'],
    default: 'asc',
  })
  @IsOptional()
  @IsIn(['asc', 'desc'], { message: 'must be asc or desc' })
  order: 'asc' | 'desc' = 'asc';
}

/** What any list that is read page by page is asked with. */
interface PagedQuery {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** The same query for a repository, with the sort key that the cursor carried; `undefined` for the first page. */
export type Keyset<Query extends PagedQuery = PageQuery> = Omit<Query, 'after'> & {
  readonly afterKey: string | undefined;
};

/** A part of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** The sort key of the last item, where more follow. */
  readonly next?: string | undefined;
}

/** A part of a list, and its place in the order of events: a stream opened from there continues it. */
export type Snapshot<Item> = Page<Item> & { readonly cursor: string };

/** Makes a page of rows that were read with a limit of one more. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => string,
  toItem: (row: Row) => Item,
): Page<Item> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { items: rows.slice(0, limit).map(toItem), next: last && keyOf(last) };
}

/** @throws Problem `invalid-parameter`: the cursor is not one of this list with these parameters. */
export function keysetOf<Query extends PagedQuery>(
  request: Request,
  query: Query,
  keys: RegExp = TEXT_KEYS,
): Keyset<Query> {
  const { after, ...others } = query;
  const afterKey =
    after === undefined ? undefined : decodePageCursor(listOf(request, query), after, keys);
  return { ...others, afterKey };
}

/** The items of a page; the headers say where they stand in the log, and how to get the next page (RFC 8288). */
export function answerPage<Item>(
  response: Response,
  query: PagedQuery,
  { items, next, cursor }: Page<Item> & { readonly cursor?: string },
): readonly Item[] {
  if (cursor !== undefined) response.set('Last-Event-ID', cursor);
  if (next !== undefined) {
    const after = encodePageCursor(listOf(response.req, query), next);
    link(response, { next: { ...query, after } });
  }
  return items;
}

/** What must not change from page to page: whose list it is, where it is, its order and its filters. */
function listOf(request: Request, query: PagedQuery): string {
  const given = Object.entries(query).filter(
    ([name, value]) => !['limit', 'after'].includes(name) && value !== undefined,
  );
  return JSON.stringify([request.caller?.userId ?? null, canonicalPath(request), given.toSorted()]);
}

/** Names other pages of the same list (RFC 8288): each by its relation, with its query. */
export function link(
  response: Response,
  pages: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): void {
  const { baseUrl, path } = response.req;
  const links = Object.entries(pages).map(([relation, parameters]) => {
    const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
    const pairs = given.map(([name, value]) => [name, String(value)]);
    return `<${baseUrl}${path}?${new URLSearchParams(pairs).toString()}>; rel="${relation}"`;
  });
  if (links.length > 0) response.set('Link', links.join(', '));
}
