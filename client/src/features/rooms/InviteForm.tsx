import { useCallback } from 'react';
import { useStore } from '../../store/use-store.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { words } from '../../words/words.js';
import { PersonPicker } from '../people/PersonPicker.js';
import type { RoomMembers } from './members-fold.js';
import { searchMembers } from './need-members.js';
import { invite } from './rooms-api.js';

interface InviteFormProps {
  roomId: string;
  known: RoomMembers | undefined;
}

export function InviteForm({ roomId, known }: InviteFormProps) {
  const { failure, attempt } = useAttempt();
  const store = useStore();
  const onSearch = useCallback(
    (text: string, signal: AbortSignal) => searchMembers(store, roomId, text, signal),
    [store, roomId],
  );
  /** Of a large room, not all members are known. */
  const isLarge = known?.rest !== null;
  const there = [...(known?.members ?? []), ...(known?.found ?? []), ...(known?.invitations ?? [])];
  return (
    <div className="invite">
      <PersonPicker
        label={words.rooms.inviteSomeone}
        action={words.rooms.invite}
        offersSome={!isLarge}
        {...(isLarge && { onSearch })}
        without={there.map(({ userId }) => userId)}
        onPick={(userId) => attempt(invite(roomId, userId))}
        failure={failure}
      />
    </div>
  );
}
