import { useCallback, useRef, useState } from 'react';
import { words } from '../../words/words.js';
import { ListFoot } from './ListFoot.js';
import { Empty, LoadFailure, Loading } from './ListStates.js';
import type { LiveUsers, UsersView } from './live-users.js';
import { type Contact, UserRow } from './UserRow.js';
import { findRow, type Row, withRows } from './users-fold.js';
import './directory.css';

interface UserListProps {
  users: LiveUsers;
  view: UsersView;
  /** How the reader can add the first person. */
  emptyHint: string;
  Contact?: Contact;
}

export function UserList({ users, view, emptyHint, Contact }: UserListProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [edited, setEdited] = useState<readonly Row[]>([]);
  const { rows, older } = view.users;
  // A row stays while it is edited, even if the user is removed: so does what was typed there.
  const shown = withRows(rows, edited);

  const onEditing = useCallback((row: Row, editing: boolean) => {
    setEdited((others) => {
      const without = others.filter(({ user }) => user.id !== row.user.id);
      return editing ? [...without, row] : without;
    });
  }, []);
  const onFocusLost = useCallback(() => heading.current?.focus(), []);

  return (
    <section id="people" className="people" aria-labelledby="people-heading">
      <div className="people-head">
        <h2 id="people-heading" ref={heading} tabIndex={-1}>
          {words.directory.heading}
        </h2>
        {view.loaded && <Count shown={rows.length} more={older !== null} />}
      </div>
      {!view.loaded && view.loadFailure === null && <Loading />}
      {!view.loaded && view.loadFailure !== null && <LoadFailure detail={view.loadFailure} />}
      {view.loaded && shown.length === 0 && older === null && <Empty hint={emptyHint} />}
      <ul className="rows" role="list" aria-labelledby="people-heading" hidden={shown.length === 0}>
        {shown.map((row) => (
          <UserRow
            key={row.user.id}
            users={users}
            row={row}
            Contact={Contact}
            listed={findRow(rows, row.user.id) !== undefined}
            onEditing={onEditing}
            onFocusLost={onFocusLost}
          />
        ))}
      </ul>
      {view.loaded && rows.length + Number(older !== null) > 0 && (
        <ListFoot users={users} view={view} />
      )}
    </section>
  );
}

function Count({ shown, more }: { shown: number; more: boolean }) {
  return <p className="count">{words.directory.count(shown, more)}</p>;
}
