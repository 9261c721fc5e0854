import { useSelected } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { usePassFocusOn } from '../../ui/use-pass-focus-on.js';
import { words } from '../../words/words.js';
import { useName } from '../people/use-name.js';
import type { Invitation, Role } from './room.js';
import { uninvite } from './rooms-api.js';

interface InvitedItemProps {
  invitation: Invitation;
  /** Of the user. */
  role: Role;
  onFocusLost: () => void;
}

/** A user who is invited to the room. */
export function InvitedItem({ invitation, role, onFocusLost }: InvitedItemProps) {
  const { room, userId, invitedBy } = invitation;
  const item = usePassFocusOn<HTMLLIElement>(onFocusLost);
  const { failure, attempt } = useAttempt();
  const me = useSelected(({ state }) => state.me);
  const name = useName(userId);
  return (
    <li ref={item} className="member">
      <span className="member-name" dir="auto">
        {name}
      </span>
      {(role === 'owner' || invitedBy === me) && (
        <button
          type="button"
          className="button-quiet"
          aria-label={words.rooms.withdrawFrom(name)}
          onClick={() => attempt(uninvite(room.id, userId))}
        >
          {words.rooms.withdraw}
        </button>
      )}
      <FailureText text={failure} />
    </li>
  );
}
