import { useMemo, useSyncExternalStore } from 'react';
import { Listeners } from '../state/listeners.js';

/** The addresses of a pane, after `#/`: the first segment and what follows it. */
export interface Address<Params> {
  readonly path: string;
  /** Null if this is not an address of the pane. */
  readonly parse: (segments: readonly string[], query: URLSearchParams) => Params | null;
}

export type AnyAddress = Address<any>;

/** The address of a pane without parameters. */
export const plainAddress = (path: string): Address<object> => ({ path, parse: () => ({}) });

export function parseHash<Params>(hash: string, { path, parse }: Address<Params>): Params | null {
  const [address = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [first, ...segments] = address.split('/');
  return first === path ? parse(segments, new URLSearchParams(query)) : null;
}

const repeats = new Listeners();

export function go(address: string): void {
  if (location.hash === address) repeats.notify();
  else location.hash = address;
}

/** Calls the listener when the user follows a link to the current address, or `go` leads to it. */
export function onRepeat(listener: () => void): () => void {
  const removed = new AbortController();
  const onClick = ({ target }: MouseEvent) => {
    const link = (target as Element).closest('a');
    if (link?.href === location.href) listener();
  };
  addEventListener('click', onClick, { signal: removed.signal });
  const remove = repeats.add(listener);
  return () => {
    remove();
    removed.abort();
  };
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

export const useHash = (): string => useSyncExternalStore(subscribe, () => location.hash);

/** The parameters of the current address; null on other panes. */
export function useParams<Params>(address: Address<Params>): Params | null {
  const hash = useHash();
  return useMemo(() => parseHash(hash, address), [hash, address]);
}
