import { useState } from 'react';
import { matches } from '../chat/names.js';
import { Avatar } from '../page/Avatar.js';
import { Field } from '../page/Field.js';
import { useChatView } from '../page/use-chat.js';
import { fullName } from '../users/user.js';

const MOST = 8;

interface PersonPickerProps {
  label: string;
  action: string;
  /** Ids of those who are not offered. */
  without: readonly string[];
  onPick: (userId: string) => void;
}

/** Finds someone who can sign in by the beginning of a name. */
export function PersonPicker({ label, action, without, onPick }: PersonPickerProps) {
  const { state } = useChatView();
  const [begun, setBegun] = useState('');
  const found = Array.from(state.people.values())
    .filter(({ id, username }) => username !== undefined && !without.includes(id))
    .filter((user) => matches(user, begun.trim().replace(/^@/, '')))
    .toSorted((one, other) => fullName(one).localeCompare(fullName(other)))
    .slice(0, MOST);
  return (
    <div className="picker">
      <Field
        label={label}
        placeholder="Name or username"
        autoComplete="off"
        value={begun}
        onType={setBegun}
      />
      <ul className="member-list">
        {found.map((user) => (
          <li key={user.id} className="member">
            <Avatar id={user.id} name={fullName(user)} />
            <span className="member-name" dir="auto">
              {fullName(user)}
            </span>
            <span className="username">@{user.username}</span>
            <button
              type="button"
              className="button-quiet"
              aria-label={`${action} ${fullName(user)}`}
              onClick={() => onPick(user.id)}
            >
              {action}
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && begun !== '' && <p className="nav-empty">Nobody by that name.</p>}
    </div>
  );
}
