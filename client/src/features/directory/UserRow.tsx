import { type ComponentType, memo, useState } from 'react';
import { focusOnMount } from '../../ui/focus-on-mount.js';
import { usePassFocusOn } from '../../ui/use-pass-focus-on.js';
import { words } from '../../words/words.js';
import { fullName, type User } from '../people/user.js';
import type { LiveUsers } from './live-users.js';
import { RemoveConfirmation } from './RemoveConfirmation.js';
import { Timestamps } from './Timestamps.js';
import { UserEditor } from './UserEditor.js';
import type { Row } from './users-fold.js';

type Mode = 'reading' | 'editing' | 'removing';

/** What signed-in users can do with others. */
export type Contact = ComponentType<{ user: User }>;

interface UserRowProps {
  users: LiveUsers;
  row: Row;
  /** False for a row that is only here because it is being edited. */
  listed: boolean;
  onEditing: (row: Row, editing: boolean) => void;
  /** The row had the focus when it was removed, and no other row can take it. */
  onFocusLost: () => void;
  Contact?: Contact | undefined;
}

export const UserRow = memo(function UserRow(props: UserRowProps) {
  const { users, row, listed, onEditing, onFocusLost, Contact } = props;
  const item = usePassFocusOn<HTMLLIElement>(onFocusLost);
  const [mode, setMode] = useState<Mode>('reading');
  /** The button that takes the focus when the row shows the user again. */
  const [focused, setFocused] = useState<Mode>('reading');
  const { user, changes } = row;

  function enter(next: Mode) {
    setMode(next);
    if (next === 'editing') onEditing(row, true);
  }

  function leave() {
    // The focus may have moved on; then it stays there.
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
            <Timestamps user={user} showsAccount={Contact !== undefined} />
          </div>
          {mode === 'removing' ? (
            <RemoveConfirmation users={users} user={user} onClose={leave} />
          ) : user.username !== undefined ? (
            // Users who can sign in change their own name, in their profile.
            <>
              <span className="username">{words.people.username(user.username)}</span>
              {Contact && <Contact user={user} />}
            </>
          ) : (
            <div className="actions">
              <RowButton
                text={words.directory.edit}
                label={words.directory.editPerson(fullName(user))}
                focus={focused === 'editing'}
                onPress={() => enter('editing')}
              />
              <RowButton
                text={words.directory.remove}
                label={words.directory.removePerson(fullName(user))}
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
  text: string;
  label: string;
  focus: boolean;
  onPress: () => void;
}

function RowButton({ text, label, focus, onPress }: RowButtonProps) {
  return (
    <button
      type="button"
      className="button-quiet"
      aria-label={label}
      ref={focus ? focusOnMount : null}
      onClick={onPress}
    >
      {text}
    </button>
  );
}
