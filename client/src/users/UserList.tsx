import { useCallback, useRef, useState } from 'react';
import { ListFoot } from './ListFoot.js';
import { Empty, LoadFailure, Loading } from './ListStates.js';
import type { LiveUsers, UsersView } from './live-users.js';
import { UserRow } from './UserRow.js';
import { findRow, withRows, type Row } from './users-fold.js';

interface UserListProps {
  users: LiveUsers;
  view: UsersView;
}

export function UserList({ users, view }: UserListProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [edited, setEdited] = useState<readonly Row[]>([]);
  const { rows, older } = view.users;
  // A row that is being edited stays, whatever happens to it, and so does what was typed there.
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
          People
        </h2>
        {view.loaded && <Count shown={rows.length} more={older !== null} />}
      </div>
      {!view.loaded && view.loadFailure === null && <Loading />}
      {!view.loaded && view.loadFailure !== null && <LoadFailure detail={view.loadFailure} />}
      {view.loaded && shown.length === 0 && older === null && <Empty />}
      <ul className="rows" role="list" aria-labelledby="people-heading" hidden={shown.length === 0}>
        {shown.map((row) => (
          <UserRow
            key={row.user.id}
            users={users}
            row={row}
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
  const people = `${shown.toLocaleString('en')} ${shown === 1 ? 'person' : 'people'}`;
  return <p className="count">{more ? `${people} shown, there are more` : people}</p>;
}
