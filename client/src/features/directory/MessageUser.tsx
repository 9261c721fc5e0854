import { isOn } from '../../settings.js';
import { go } from '../../shell/address.js';
import { useStore } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { words } from '../../words/words.js';
import { fullName, type User } from '../people/user.js';
import { hrefOfRoom } from '../rooms/room-address.js';
import { openDirect } from '../rooms/rooms-api.js';

/** Opens a direct conversation with a user who has an account. */
export function MessageUser({ user }: { user: User }) {
  const { me } = useStore();
  const { failure, attempt } = useAttempt();
  if (!isOn('rooms') || user.id === me) return null;
  return (
    <>
      <button
        type="button"
        className="button-quiet"
        aria-label={words.rooms.messagePerson(fullName(user))}
        onClick={() => attempt(openDirect(user.id).then(({ id }) => go(hrefOfRoom(id))))}
      >
        {words.rooms.message}
      </button>
      <FailureText text={failure} />
    </>
  );
}
