import { memo, useLayoutEffect, useRef, useState } from 'react';
import type { LiveUsers } from './live-users.js';
import { RemoveConfirmation } from './RemoveConfirmation.js';
import { Timestamps } from './Timestamps.js';
import { fullName } from './user.js';
import { UserEditor } from './UserEditor.js';
import type { Row } from './users-fold.js';

type Mode = 'reading' | 'editing' | 'removing';

interface UserRowProps {
  users: LiveUsers;
  row: Row;
  /** False for a row that is only here because it is being edited. */
  listed: boolean;
  onEditing: (row: Row, editing: boolean) => void;
  /** The row had the focus, and goes with nothing left to take it. */
  onFocusLost: () => void;
}

export const UserRow = memo(function UserRow(props: UserRowProps) {
  const { users, row, listed, onEditing, onFocusLost } = props;
  const item = useRef<HTMLLIElement>(null);
  const [mode, setMode] = useState<Mode>('reading');
  /** Which button takes the focus when the row is back to reading. */
  const [focused, setFocused] = useState<Mode>('reading');
  const { user, changes } = row;

  useLayoutEffect(() => {
    const element = item.current;
    return () => passFocusOn(element, onFocusLost);
  }, [onFocusLost]);

  function enter(next: Mode) {
    setMode(next);
    if (next === 'editing') onEditing(row, true);
  }

  function leave() {
    // The focus may be elsewhere by now, and must not be torn from there.
    const { activeElement, body } = document;
    const isHere = activeElement === body || item.current?.contains(activeElement);
    setFocused(isHere ? mode : 'reading');
    setMode('reading');
    if (mode === 'editing') onEditing(row, false);
  }

  return (
    <li ref={item} className="row">
      {changes > 0 && <span key={changes} className="row-flash" aria-hidden="true" />}
      {mode === 'editing' ? (
        <UserEditor users={users} user={user} listed={listed} onClose={leave} />
      ) : (
        <>
          <div className="person">
            <p className="person-name" dir="auto">
              {fullName(user)}
            </p>
            <Timestamps user={user} />
          </div>
          {mode === 'removing' ? (
            <RemoveConfirmation users={users} user={user} onClose={leave} />
          ) : user.username !== undefined ? (
            // Who can sign in changes their own name, in their profile.
            <span className="username">@{user.username}</span>
          ) : (
            <div className="actions">
              <RowButton
                action="Edit"
                user={user}
                focus={focused === 'editing'}
                onPress={() => enter('editing')}
              />
              <RowButton
                action="Remove"
                user={user}
                focus={focused === 'removing'}
                onPress={() => enter('removing')}
              />
            </div>
          )}
        </>
      )}
    </li>
  );
});

interface RowButtonProps {
  action: string;
  user: Row['user'];
  focus: boolean;
  onPress: () => void;
}

function RowButton({ action, user, focus, onPress }: RowButtonProps) {
  return (
    <button
      type="button"
      className="button-quiet"
      aria-label={`${action} ${fullName(user)}`}
      autoFocus={focus}
      onClick={onPress}
    >
      {action}
    </button>
  );
}

/** Called while a row is being taken out, when the browser has not yet dropped the focus. */
function passFocusOn(row: HTMLLIElement | null, onFocusLost: () => void): void {
  if (!row?.contains(document.activeElement)) return;
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  const button = neighbour?.querySelector<HTMLElement>('button, input');
  if (button) button.focus();
  else onFocusLost();
}
