import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import type { Response } from 'express';
import { WholeNumber } from '../whole-number.js';

export const MOST_PER_PAGE = 1000;

/** One page of a list by keyset: the rows after one that the client has. */
export class KeysetQuery {
  @ApiPropertyOptional({
    description: 'How many at most.',
    type: 'integer',
    minimum: 1,
    maximum: MOST_PER_PAGE,
    default: 100,
  })
  @IsOptional()
  @WholeNumber(1, MOST_PER_PAGE)
  limit: number = 100;

  @ApiPropertyOptional({
    description:
      'The id of the last one of the page before; follow `Link: rel="next"` instead of making it up.',
    format: 'uuid',
  })
  @IsOptional()
  @IsUUID('all', { message: 'must be the id of the last one on the page before' })
  after?: string;
}

/** The same of a list that is read either way. */
export class PageQuery extends KeysetQuery {
  @ApiPropertyOptional({
    description: '`asc`: the oldest first; `desc`: the newest first.',
    enum: ['asc', 'desc'],
    default: 'asc',
  })
  @IsOptional()
  @IsIn(['asc', 'desc'], { message: 'must be asc or desc' })
  order: 'asc' | 'desc' = 'asc';
}

/** A part of a list, and whether more follows. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}

/** Makes a page of what was read with a limit of one more. */
export const pageOf = <Item>(items: readonly Item[], limit: number): Page<Item> => ({
  items: items.slice(0, limit),
  hasMore: items.length > limit,
});

/** Names the page that follows (RFC 8288): the same query, after another one. */
export function linkNext(response: Response, query: KeysetQuery, lastId: string): void {
  link(response, { next: { ...query, after: lastId } });
}

/** Names other pages of the same list (RFC 8288): each by its relation, with its query. */
export function link(
  response: Response,
  pages: Readonly<Record<string, Readonly<Record<string, string | number | undefined>>>>,
): void {
  const { baseUrl, path } = response.req;
  const links = Object.entries(pages).map(([relation, parameters]) => {
    const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
    const pairs = given.map(([name, value]) => [name, String(value)]);
    return `<${baseUrl}${path}?${new URLSearchParams(pairs).toString()}>; rel="${relation}"`;
  });
  if (links.length > 0) response.set('Link', links.join(', '));
}
