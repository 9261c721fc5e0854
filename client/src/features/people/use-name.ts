import { useEffect } from 'react';
import { useSelected, useStore } from '../../store/use-store.js';
import { needPerson } from './need-people.js';
import { nameOf } from './people.js';

/** The name of a user; fetches a user whom the snapshot does not contain. */
export function useName(userId: string): string {
  useNeededPeople([userId]);
  return useSelected(({ state }) => nameOf(state, userId));
}

/** Fetches users whom the snapshot does not contain, for a component that shows them with `nameOf`. */
export function useNeededPeople(userIds: readonly (string | null | undefined)[]): void {
  const store = useStore();
  const isLoaded = useSelected(({ loaded }) => loaded);
  const needed = userIds.filter(Boolean).join(' ');
  useEffect(() => {
    if (!isLoaded) return;
    for (const id of needed.split(' ').filter(Boolean)) needPerson(store, id);
  }, [store, isLoaded, needed]);
}
