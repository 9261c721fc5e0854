import type { Address } from '../../shell/address.js';

export interface SearchParams {
  readonly query: string;
  /** Null for all rooms. */
  readonly roomId: string | null;
}

export const searchAddress: Address<SearchParams> = {
  path: 'search',
  parse: (_, query) => ({ query: query.get('q') ?? '', roomId: query.get('room') }),
};

export function hrefOfSearch(query: string, roomId: string | null): string {
  const parameters = new URLSearchParams({ q: query, ...(roomId !== null && { room: roomId }) });
  return `#/search?${parameters}`;
}
