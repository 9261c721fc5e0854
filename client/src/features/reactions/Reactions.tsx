import type { Reaction } from '../../../../src/rooms/room/reactions.js';
import { partOf } from '../../store/state.js';
import { useSelected, useStore } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { passFocusTo } from '../../ui/pass-focus-to.js';
import { reactionWords as words } from './reactions.words.js';
import { nameOf } from '../people/people.js';
import { useNeededPeople } from '../people/use-name.js';
import type { Message } from '../rooms/message.js';
import { pendingReactions, shownReactions } from './pending-reactions.js';
import { ReactButton } from './ReactButton.js';
import { reactionService } from './reaction-service.js';

/** The names of these users are listed; the others are counted. */
const MAX_NAMES = 10;

interface ReactionsProps {
  id: string;
  message: Message;
  /** Nobody reacts to messages of an archived room, but users can take their reactions back. */
  isArchived: boolean;
  /** Whether Tab reaches them. */
  isCurrent: boolean;
}

/** The reactions to a message: a button for each emoji, which adds a reaction of the user or takes it back. */
export function Reactions({ id, message, isArchived, isCurrent }: ReactionsProps) {
  const { me } = useStore();
  const pending = useSelected(({ state }) => partOf(state, pendingReactions).get(message.id));
  const reactions = shownReactions(message.reactions, pending, me);
  if (reactions.length === 0 && !pending?.failure) return null;
  return (
    <>
      <ul id={id} className="reactions" aria-label={words.heading}>
        {reactions.map((reaction) => (
          <li key={reaction.emoji}>
            <Chip
              message={message}
              reaction={reaction}
              isDisabled={isArchived && !reaction.userIds.includes(me)}
              isCurrent={isCurrent}
            />
          </li>
        ))}
        {!isArchived && reactions.length > 0 && (
          <li>
            <ReactButton className="reaction" message={message} isCurrent={isCurrent}>
              +
            </ReactButton>
          </li>
        )}
      </ul>
      <FailureText text={pending?.failure ?? null} />
    </>
  );
}

interface ChipProps {
  message: Message;
  reaction: Reaction;
  isDisabled: boolean;
  isCurrent: boolean;
}

function Chip({ message, reaction, isDisabled, isCurrent }: ChipProps) {
  const { emoji, userIds } = reaction;
  const store = useStore();
  const isMine = userIds.includes(store.me);
  const names = useNames(userIds);
  return (
    <button
      ref={passFocusOn}
      type="button"
      className="reaction"
      aria-pressed={isMine}
      aria-label={words.of(emoji, userIds.length, names)}
      disabled={isDisabled}
      tabIndex={isCurrent ? 0 : -1}
      onClick={() => store.service(reactionService).set(message, emoji, !isMine)}
    >
      <span aria-hidden="true">{emoji}</span>
      <span aria-hidden="true">{words.count(userIds.length)}</span>
      <span className="reaction-names" aria-hidden="true" dir="auto">
        {names}
      </span>
    </button>
  );
}

const passFocusOn = passFocusTo('article');

function useNames(userIds: readonly string[]): string {
  const { me } = useStore();
  const named = userIds.slice(0, MAX_NAMES);
  useNeededPeople(named);
  return useSelected(({ state }) =>
    words.names(
      named.map((id) => (id === me ? words.you : nameOf(state, id))),
      userIds.length - named.length,
    ),
  );
}
