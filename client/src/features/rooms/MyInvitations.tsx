import { useCallback, useRef } from 'react';
import { go } from '../../shell/address.js';
import { partOf } from '../../store/state.js';
import { useView } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { Rich } from '../../ui/Rich.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { usePassFocusOn } from '../../ui/use-pass-focus-on.js';
import { words } from '../../words/words.js';
import { nameOf } from '../people/people.js';
import { useNeededPeople } from '../people/use-name.js';
import { myInvitations } from './invitations.js';
import { focusRoomsHeading } from './focus-rooms-heading.js';
import { roomName } from './names.js';
import { hrefOfRoom } from './room-address.js';
import type { Invitation } from './room.js';
import { joinRoom, uninvite } from './rooms-api.js';

export function MyInvitations() {
  const { state } = useView();
  const invitations = partOf(state, myInvitations);
  if (invitations.length === 0) return null;
  return (
    <section className="invitations" aria-labelledby="invitations-heading">
      <h2 id="invitations-heading">{words.rooms.invitations}</h2>
      <ul>
        {invitations.map((invitation) => (
          <InvitationItem key={invitation.room.id} invitation={invitation} />
        ))}
      </ul>
    </section>
  );
}

function InvitationItem({ invitation: { room, invitedBy, userId } }: { invitation: Invitation }) {
  const { state } = useView();
  const { failure, attempt } = useAttempt();
  const isAccepted = useRef(false);
  const item = usePassFocusOn<HTMLLIElement>(
    useCallback(() => {
      // The room takes the focus.
      if (!isAccepted.current) focusRoomsHeading();
    }, []),
  );
  useNeededPeople([invitedBy]);
  const name = roomName(room);
  const accept = () => {
    isAccepted.current = true;
    return joinRoom(room.id).then(() => go(hrefOfRoom(room.id)));
  };
  const decline = () => {
    isAccepted.current = false;
    return uninvite(room.id, userId);
  };
  return (
    <li ref={item} className="invitation">
      <p>
        <Rich
          text={words.rooms.invites}
          values={{
            inviter: <span dir="auto">{nameOf(state, invitedBy)}</span>,
            room: <strong dir="auto">{name}</strong>,
          }}
        />
      </p>
      <FailureText text={failure} />
      <div className="actions">
        <button
          type="button"
          className="button-primary"
          aria-label={words.rooms.acceptRoom(name)}
          onClick={() => attempt(accept())}
        >
          {words.rooms.accept}
        </button>
        <button
          type="button"
          className="button-quiet"
          aria-label={words.rooms.declineRoom(name)}
          onClick={() => attempt(decline())}
        >
          {words.rooms.decline}
        </button>
      </div>
    </li>
  );
}
