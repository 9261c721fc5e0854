import { useEffect, useState } from 'react';
import { matches } from '../chat/names.js';
import { Avatar } from '../page/Avatar.js';
import { Field } from '../page/Field.js';
import { useChat, useChatView } from '../page/use-chat.js';
import { fullName } from '../users/user.js';

const MOST = 8;
/** Milliseconds without another letter after which the server is asked. */
const PAUSE = 150;

interface PersonPickerProps {
  label: string;
  action: string;
  /** Ids of those who are not offered. */
  without: readonly string[];
  onPick: (userId: string) => void;
}

/** Finds someone who can sign in by the beginning of a username, or of a name where they are known here. */
export function PersonPicker({ label, action, without, onPick }: PersonPickerProps) {
  const chat = useChat();
  const { state } = useChatView();
  const [typed, setTyped] = useState('');
  const begun = typed.trim().replace(/^@/, '');
  useEffect(() => {
    const timer = setTimeout(() => chat.needPeople(begun), PAUSE);
    return () => clearTimeout(timer);
  }, [chat, begun]);
  const found = Array.from(state.people.values())
    .filter(({ id, username }) => username !== undefined && !without.includes(id))
    .filter((user) => matches(user, begun))
    .toSorted((one, other) => fullName(one).localeCompare(fullName(other)))
    .slice(0, MOST);
  return (
    <div className="picker">
      <Field
        label={label}
        placeholder="Name or username"
        autoComplete="off"
        value={typed}
        onType={setTyped}
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
