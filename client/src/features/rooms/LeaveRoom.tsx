import { go } from '../../shell/address.js';
import { useStore } from '../../store/use-store.js';
import { ConfirmButton } from '../../ui/ConfirmButton.js';
import { FailureText } from '../../ui/FailureText.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { words } from '../../words/words.js';
import type { Membership } from './room.js';
import { removeMember } from './rooms-api.js';

export function LeaveRoom({ membership: { room, saved } }: { membership: Membership }) {
  const { me } = useStore();
  const { failure, attempt } = useAttempt();
  return (
    <div className="settings">
      <ConfirmButton
        text={words.rooms.leave}
        className="button-danger"
        consequence={saved.length > 0 ? words.rooms.leaveSaved(saved.length) : undefined}
        onConfirm={() => attempt(removeMember(room.id, me).then(() => go('#/')))}
      />
      <FailureText text={failure} />
    </div>
  );
}
