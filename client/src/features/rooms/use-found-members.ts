import { useCallback } from 'react';
import { useStore } from '../../store/use-store.js';
import { type FoundPeople, usePeopleSearch } from '../people/use-people-search.js';
import { searchMembers } from './need-members.js';

/** The members whom the server finds; null until it has answered, and while there is no need to ask it. */
export function useFoundMembers(
  roomId: string,
  text: string,
  isNeeded: boolean,
): FoundPeople | null {
  const store = useStore();
  const search = useCallback(
    (typed: string, signal: AbortSignal) => searchMembers(store, roomId, typed, signal),
    [store, roomId],
  );
  return usePeopleSearch(text, isNeeded ? search : null);
}
