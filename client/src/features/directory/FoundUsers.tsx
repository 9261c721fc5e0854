import { useCallback, useRef, useState } from 'react';
import { usePart } from '../../store/use-store.js';
import { words } from '../../words/words.js';
import { people } from '../people/people.js';
import type { FoundPeople } from '../people/use-people-search.js';
import type { User } from '../people/user.js';
import type { LiveUsers } from './live-users.js';
import { type Contact, UserRow } from './UserRow.js';
import type { Row } from './users-fold.js';

interface FoundUsersProps {
  users: LiveUsers;
  /** Null while the server is asked. */
  found: FoundPeople | null;
  Contact: Contact;
  onFocusLost: () => void;
}

/** The users whom a search has found, as they are now. */
export function FoundUsers({ users, found, Contact, onFocusLost }: FoundUsersProps) {
  const known = usePart(people);
  const seen = useRef(new Map<string, User>());
  const [edited, setEdited] = useState<ReadonlySet<string>>(new Set());
  const onEditing = useCallback(({ user }: Row, editing: boolean) => {
    seen.current.set(user.id, user);
    setEdited(
      (before) =>
        new Set([...before].filter((id) => id !== user.id).concat(editing ? user.id : [])),
    );
  }, []);
  // A row stays while it is edited, even if the user is removed: so does what was typed there.
  const userOf = (id: string) =>
    known.get(id) ?? (edited.has(id) ? seen.current.get(id) : undefined);
  const shown = (found?.ids ?? []).map(userOf).filter((user) => user !== undefined);
  return (
    <>
      <p role="status" className="count">
        {found === null ? words.search.searching : endOf(found, shown.length)}
      </p>
      <ul
        className="rows"
        role="list"
        aria-label={words.directory.found}
        hidden={shown.length === 0}
      >
        {shown.map((user) => (
          <UserRow
            key={user.id}
            users={users}
            row={rowOf(user)}
            listed={known.has(user.id)}
            onEditing={onEditing}
            onFocusLost={onFocusLost}
            Contact={Contact}
          />
        ))}
      </ul>
    </>
  );
}

function endOf({ hasMore }: FoundPeople, shown: number): string | false {
  if (hasMore) return words.people.mayBeMore;
  return shown === 0 && words.people.noneFound;
}

const rowOf = (user: User): Row => ({ user, changes: 0 });
