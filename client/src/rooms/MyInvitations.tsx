import { useState } from 'react';
import { joinRoom, uninvite } from '../chat/chat-api.js';
import { nameOf, roomName } from '../chat/names.js';
import type { Invitation } from '../chat/room.js';
import { failureOf } from '../http/failure.js';
import { go, roomAddress } from '../page/route.js';
import { useChatView } from '../page/use-chat.js';

export function MyInvitations() {
  const { state } = useChatView();
  const invitations = state.invitations.part;
  if (invitations.length === 0) return null;
  return (
    <section className="invitations" aria-labelledby="invitations-heading">
      <h2 id="invitations-heading">Invitations</h2>
      <ul>
        {invitations.map((invitation) => (
          <InvitationItem key={invitation.room.id} invitation={invitation} />
        ))}
      </ul>
    </section>
  );
}

function InvitationItem({ invitation: { room, invitedBy, userId } }: { invitation: Invitation }) {
  const { state } = useChatView();
  const [failure, setFailure] = useState<string | null>(null);
  const name = roomName(room);
  const fail = (error: unknown) => setFailure(failureOf(error).message);
  const accept = () => joinRoom(room.id).then(() => go(roomAddress(room.id)), fail);
  return (
    <li className="invitation">
      <p>
        <span dir="auto">{nameOf(state, invitedBy)}</span> invites you to{' '}
        <strong dir="auto">{name}</strong>.
      </p>
      <p role="alert" className="failure">
        {failure}
      </p>
      <div className="actions">
        <button
          type="button"
          className="button-primary"
          aria-label={`Accept: ${name}`}
          onClick={() => void accept()}
        >
          Accept
        </button>
        <button
          type="button"
          className="button-quiet"
          aria-label={`Decline: ${name}`}
          onClick={() => void uninvite(room.id, userId).catch(fail)}
        >
          Decline
        </button>
      </div>
    </li>
  );
}
