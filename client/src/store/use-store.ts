import { createContext, useContext, useSyncExternalStore } from 'react';
import { partOf, type Slice } from './state.js';
import type { Store, StoreView } from './store.js';

export const StoreContext = createContext<Store | null>(null);

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (!store) throw new Error('No user is signed in');
  return store;
}

export function useView(): StoreView {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, store.view);
}

/** Renders again only when the result changes: it should be a part of the state, or a primitive value. */
export function useSelected<Selected>(select: (view: StoreView) => Selected): Selected {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, () => select(store.view()));
}

export function usePart<Part>(slice: Slice<Part>): Part {
  return useSelected(({ state }) => partOf(state, slice));
}

/** Whether the stream is connected. */
export const useIsLive = (): boolean => useSelected(({ status }) => status.state === 'live');
