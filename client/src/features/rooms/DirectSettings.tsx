import { go } from '../../shell/address.js';
import { useSelected, useStore } from '../../store/use-store.js';
import { partOf } from '../../store/state.js';
import { ConfirmButton } from '../../ui/ConfirmButton.js';
import { FailureText } from '../../ui/FailureText.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { words } from '../../words/words.js';
import { blocks, blockUser, unblockUser } from '../blocks/blocks.js';
import { useName } from '../people/use-name.js';
import { removeMember } from './rooms-api.js';

interface DirectSettingsProps {
  roomId: string;
  /** The other user. */
  other: string;
}

/** What a user can do with a direct conversation. */
export function DirectSettings({ roomId, other }: DirectSettingsProps) {
  const { me } = useStore();
  const name = useName(other);
  const isBlocked = useSelected(({ state }) => partOf(state, blocks).has(other));
  const { failure, attempt } = useAttempt();
  return (
    <div className="settings">
      <button type="button" onClick={() => attempt(removeMember(roomId, me).then(() => go('#/')))}>
        {words.rooms.hide}
      </button>
      {isBlocked ? (
        <button type="button" onClick={() => attempt(unblockUser(other))}>
          {words.rooms.unblock(name)}
        </button>
      ) : (
        <ConfirmButton
          text={words.rooms.block(name)}
          className="button-danger"
          onConfirm={() => attempt(blockUser(other))}
        />
      )}
      <FailureText text={failure} />
    </div>
  );
}
