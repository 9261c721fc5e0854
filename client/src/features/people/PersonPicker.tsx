import { useCallback, useRef, useState } from 'react';
import { hasDirectory } from '../../settings.js';
import { usePart, useStore } from '../../store/use-store.js';
import { Avatar } from '../../ui/Avatar.js';
import { FailureText } from '../../ui/FailureText.js';
import { Field } from '../../ui/Field.js';
import { words } from '../../words/words.js';
import { people, withUsers } from './people.js';
import { SearchEnd } from './SearchEnd.js';
import { suggestions } from './suggestions.js';
import { type FoundPeople, usePeopleSearch } from './use-people-search.js';
import { fullName, type User } from './user.js';
import { findUsers } from './users-api.js';

const MAX_SUGGESTIONS = 8;

interface PersonPickerProps {
  label: string;
  action: string;
  /** The ids of users who are not offered. */
  without: readonly string[];
  /** Whether users are offered before something is typed. */
  offersSome?: boolean;
  /** Finds out which of the users whom a text finds are not to be offered. */
  onSearch?: (text: string, signal: AbortSignal) => Promise<unknown>;
  onPick: (userId: string) => void;
  /** Why the last pick was refused. */
  failure: string | null;
}

/** Finds users who can sign in by any part of their name or username. */
export function PersonPicker({
  label,
  action,
  without,
  offersSome = true,
  onSearch,
  onPick,
  failure,
}: PersonPickerProps) {
  const known = usePart(people);
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const text = typed.trim();
  const isOffered = ({ id, username }: User) => username !== undefined && !without.includes(id);
  const found = useFound(text, isOffered, onSearch);
  const all = suggestions({
    text,
    known: text === '' && !offersSome ? [] : [...known.values()],
    found: found?.ids ?? [],
    people: known,
    isOffered,
    most: MAX_SUGGESTIONS + 1,
  });
  const offered = all.slice(0, MAX_SUGGESTIONS);
  const hasMore = all.length > offered.length || found?.hasMore === true;
  const isComplete = found !== null || !hasDirectory;
  return (
    <div className="picker">
      <Field
        label={label}
        inputRef={field}
        placeholder={words.people.nameOrUsername}
        autoComplete="off"
        value={typed}
        onType={setTyped}
      />
      <FailureText text={failure} />
      <ul className="member-list">
        {offered.map((user) => (
          <li key={user.id} className="member">
            <Avatar id={user.id} name={fullName(user)} />
            <span className="member-name" dir="auto">
              {fullName(user)}
            </span>
            <span className="username">{words.people.username(user.username!)}</span>
            <button
              type="button"
              className="button-quiet"
              aria-label={words.people.pick(action, fullName(user))}
              onClick={() => {
                onPick(user.id);
                setTyped('');
                field.current?.focus();
              }}
            >
              {action}
            </button>
          </li>
        ))}
      </ul>
      {text !== '' && isComplete && <SearchEnd isEmpty={offered.length === 0} hasMore={hasMore} />}
    </div>
  );
}

function useFound(
  text: string,
  isWanted: (user: User) => boolean,
  onSearch: PersonPickerProps['onSearch'],
): FoundPeople | null {
  const store = useStore();
  const wanted = useRef(isWanted);
  wanted.current = isWanted;
  const search = useCallback(
    async (typed: string, signal: AbortSignal) => {
      await onSearch?.(typed, signal);
      const isWanted = (user: User) => wanted.current(user);
      const { items, hasMore } = await findUsers(typed, {
        signal,
        isWanted,
        enough: MAX_SUGGESTIONS,
      });
      store.update(people, (known) => withUsers(known, items));
      return { ids: items.map(({ id }) => id), hasMore };
    },
    [store, onSearch],
  );
  return usePeopleSearch(text, hasDirectory ? search : null);
}
