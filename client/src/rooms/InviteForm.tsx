import { useState } from 'react';
import { invite } from '../chat/chat-api.js';
import type { RoomMembers } from '../chat/members-fold.js';
import { failureOf } from '../http/failure.js';
import { PersonPicker } from './PersonPicker.js';

interface InviteFormProps {
  roomId: string;
  known: RoomMembers | undefined;
}

export function InviteForm({ roomId, known }: InviteFormProps) {
  const [failure, setFailure] = useState<string | null>(null);
  const there = [...(known?.members ?? []), ...(known?.invitations ?? [])];
  return (
    <div className="invite">
      <PersonPicker
        label="Invite someone"
        action="Invite"
        without={there.map(({ userId }) => userId)}
        onPick={(userId) => {
          setFailure(null);
          invite(roomId, userId).catch((error: unknown) => setFailure(failureOf(error).message));
        }}
      />
      <p role="alert" className="failure">
        {failure}
      </p>
    </div>
  );
}
