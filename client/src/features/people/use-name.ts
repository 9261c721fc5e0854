import { useEffect } from 'react';
import { useSelected, useStore } from '../../store/use-store.js';
import { needPerson } from './need-people.js';
import { nameOf } from './people.js';

/** The name of a user; fetches a user who is not known yet. */
export function useName(userId: string): string {
  const store = useStore();
  useEffect(() => needPerson(store, userId), [store, userId]);
  return useSelected(({ state }) => nameOf(state, userId));
}

/** Fetches users who are not known yet, for a component that shows them with `nameOf`. */
export function useNeededPeople(userIds: readonly (string | null | undefined)[]): void {
  const store = useStore();
  const needed = userIds.filter(Boolean).join(' ');
  useEffect(() => {
    for (const id of needed.split(' ').filter(Boolean)) needPerson(store, id);
  }, [store, needed]);
}
