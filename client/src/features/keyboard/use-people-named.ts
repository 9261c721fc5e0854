import { useCallback } from 'react';
import { hasDirectory } from '../../settings.js';
import { useStore } from '../../store/use-store.js';
import { people, withUsers } from '../people/people.js';
import { usePeopleSearch } from '../people/use-people-search.js';
import type { User } from '../people/user.js';
import { findUsers } from '../people/users-api.js';

/** As many as the finder shows. */
const ENOUGH = 12;
const isWanted = ({ username }: User): boolean => username !== undefined;

/** Adds the users with the name that is typed to the known people: a large directory is known in part. */
export function usePeopleNamed(typed: string): void {
  const store = useStore();
  const search = useCallback(
    async (text: string, signal: AbortSignal) => {
      const { items, hasMore } = await findUsers(text, { signal, isWanted, enough: ENOUGH });
      store.update(people, (known) => withUsers(known, items));
      return { ids: items.map(({ id }) => id), hasMore };
    },
    [store],
  );
  usePeopleSearch(typed.trim().replace(/^@/, ''), hasDirectory ? search : null);
}
