import { Avatar } from '../../ui/Avatar.js';
import { words } from '../../words/words.js';
import { levelWords } from '../levels/levels.words.js';
import { fullName } from '../people/user.js';
import type { Mentions } from './use-mentions.js';

export function MentionList({ id, mentions }: { id: string; mentions: Mentions }) {
  if (!mentions.open) return null;
  return (
    <ul
      className="mention-list"
      id={id}
      role="listbox"
      aria-label={words.conversation.peopleToMention}
    >
      {mentions.offered.map((offer, index) => (
        <li
          key={offer.username}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === mentions.chosen}
          // Before the field loses the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            mentions.complete(offer);
          }}
        >
          <Avatar id={offer.user?.id ?? ''} name={offer.user ? fullName(offer.user) : '@'} />
          <span dir="auto">
            {offer.user ? fullName(offer.user) : levelWords.everyone(offer.count)}
          </span>
          <span className="username">{words.people.username(offer.username)}</span>
        </li>
      ))}
    </ul>
  );
}
