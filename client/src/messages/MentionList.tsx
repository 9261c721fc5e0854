import { fullName } from '../users/user.js';
import { Avatar } from '../page/Avatar.js';
import type { Mentions } from './use-mentions.js';

export function MentionList({ id, mentions }: { id: string; mentions: Mentions }) {
  if (!mentions.open) return null;
  return (
    <ul className="mention-list" id={id} role="listbox" aria-label="People to mention">
      {mentions.offered.map((user, index) => (
        <li
          key={user.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === mentions.chosen}
          // Before the field loses the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            mentions.complete(user);
          }}
        >
          <Avatar id={user.id} name={fullName(user)} />
          <span dir="auto">{fullName(user)}</span>
          <span className="username">@{user.username}</span>
        </li>
      ))}
    </ul>
  );
}
