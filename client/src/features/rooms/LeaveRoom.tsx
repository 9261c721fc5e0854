import { go } from '../../shell/address.js';
import { useStore } from '../../store/use-store.js';
import { ConfirmButton } from '../../ui/ConfirmButton.js';
import { FailureText } from '../../ui/FailureText.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { words } from '../../words/words.js';
import { removeMember } from './rooms-api.js';

export function LeaveRoom({ roomId }: { roomId: string }) {
  const { me } = useStore();
  const { failure, attempt } = useAttempt();
  return (
    <div className="settings">
      <ConfirmButton
        text={words.rooms.leave}
        className="button-danger"
        onConfirm={() => attempt(removeMember(roomId, me).then(() => go('#/')))}
      />
      <FailureText text={failure} />
    </div>
  );
}
