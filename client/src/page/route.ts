import { useSyncExternalStore } from 'react';

/** The addresses of the page, behind `#`. */
export type Route =
  | { readonly page: 'rooms' }
  | { readonly page: 'room'; readonly roomId: string; readonly seq: number | null }
  | { readonly page: 'browse' | 'new-room' | 'people' | 'profile' | 'sessions' }
  | { readonly page: 'search'; readonly query: string; readonly roomId: string | null };

const PLAIN = ['browse', 'new-room', 'people', 'profile', 'sessions'] as const;

export function roomAddress(roomId: string, seq?: number): string {
  return seq === undefined ? `#/rooms/${roomId}` : `#/rooms/${roomId}/${seq}`;
}

export function searchAddress(query: string, roomId: string | null): string {
  const parameters = new URLSearchParams({ q: query, ...(roomId !== null && { room: roomId }) });
  return `#/search?${parameters}`;
}

export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page, id, seq] = path.split('/');
  if (page === 'rooms' && id) {
    return { page: 'room', roomId: id, seq: Number(seq) > 0 ? Number(seq) : null };
  }
  if (page === 'search') {
    const parameters = new URLSearchParams(query);
    return { page, query: parameters.get('q') ?? '', roomId: parameters.get('room') };
  }
  const plain = PLAIN.find((name) => name === page);
  return { page: plain ?? 'rooms' };
}

export function go(address: string): void {
  location.hash = address;
}

let known: { readonly hash: string; readonly route: Route } | null = null;

function current(): Route {
  const { hash } = location;
  if (known?.hash !== hash) known = { hash, route: routeOf(hash) };
  return known.route;
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current);
}
