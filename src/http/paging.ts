import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { Request, Response } from 'express';
import { WholeNumber } from '../whole-number.js';
import { canonicalPath } from './ids.js';
import { decodePageCursor, encodePageCursor, NO_CURSOR } from './page-cursor.js';

export const MAX_PAGE_SIZE = 1000;

/** Maximum length of a cursor in characters; real ones are shorter. */
const MAX_CURSOR_LENGTH = 200;

/** The syntax of the values of a sort key. */
const VALUES = {
  id: '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  /** One that both PostgreSQL and JavaScript can represent. */
  number: '\\d{1,15}',
};

/** The syntax of sort keys of several values, with a dot between them. */
export const keySyntax = (...values: readonly (keyof typeof VALUES)[]): RegExp =>
  new RegExp(`^${values.map((value) => VALUES[value]).join('\\.')}$`);

const ID_KEYS = keySyntax('id');
export const NUMBER_KEYS = keySyntax('number');
/** A word and an id. */
export const WORD_KEYS =
  /^[@\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{RI}._-]{1,64} [0-9a-f-]{36}$/u;

/** The cursor of a paged list, from its `Link` header. */
export const PageCursor = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      description:
        'The opaque cursor of a page: follow `Link: rel="next"`, which contains it. It is valid for this list, for the same caller and with the same parameters; only `limit` may change.',
      minLength: 1,
      maxLength: MAX_CURSOR_LENGTH,
      pattern: '^[A-Za-z0-9_-]+$',
    }),
    IsOptional(),
    Matches(new RegExp(`^[\\w-]{1,${MAX_CURSOR_LENGTH}}$`), { message: NO_CURSOR }),
  );

/** The query for one page of a list (keyset pagination): the rows after those that the client has. */
export class KeysetQuery {
  @ApiPropertyOptional({
    description: 'The maximum number of entries to return.',
    type: 'integer',
    minimum: 1,
    maximum: MAX_PAGE_SIZE,
    default: 100,
  })
  @IsOptional()
  @WholeNumber(1, MAX_PAGE_SIZE)
  limit: number = 100;

  @PageCursor()
  after?: string;
}

/** The same for a list with both directions. */
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

/** The parameters of every paged list. */
interface PagedQuery {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** The query for a repository, with the decoded sort key of the cursor; `undefined` for the first page. */
export type Keyset<Query extends PagedQuery = PageQuery> = Omit<Query, 'after'> & {
  readonly afterKey: string | undefined;
};

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** The sort key of the last item, if more items follow. */
  readonly next?: string | undefined;
}

/** One page of a list with the position of the snapshot in the log: a stream from this cursor continues it. */
export type Snapshot<Item> = Page<Item> & { readonly cursor: string };

/** Creates a page from rows that were read with a limit of one more than requested. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => string,
  toItem: (row: Row) => Item,
): Page<Item> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { items: rows.slice(0, limit).map(toItem), next: last && keyOf(last) };
}

/** @throws Problem `invalid-parameter`: the cursor does not belong to this list with these parameters. */
export function keysetOf<Query extends PagedQuery>(
  request: Request,
  query: Query,
  keys: RegExp = ID_KEYS,
): Keyset<Query> {
  const { after, ...others } = query;
  const afterKey =
    after === undefined ? undefined : decodePageCursor(listOf(request, query), after, keys);
  return { ...others, afterKey };
}

/** Sends the items of a page. The headers contain the cursor of the snapshot and links to other pages (RFC 8288). */
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

/** Everything that must be the same for all pages: the caller, the path, the order and the filters. */
function listOf(request: Request, query: PagedQuery): string {
  const given = Object.entries(query).filter(
    ([name, value]) => !['limit', 'after'].includes(name) && value !== undefined,
  );
  return JSON.stringify([request.caller?.id ?? null, canonicalPath(request), given.toSorted()]);
}

/** Sets the `Link` header to other pages of the list (RFC 8288), each with its relation and query. */
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
