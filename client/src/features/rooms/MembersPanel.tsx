import { useCallback, useLayoutEffect, useRef } from 'react';
import { partOf } from '../../store/state.js';
import { useView } from '../../store/use-store.js';
import { onEscape } from '../../ui/on-escape.js';
import { words } from '../../words/words.js';
import { useNeededPeople } from '../people/use-name.js';
import { canInvite } from './can-invite.js';
import { DirectSettings } from './DirectSettings.js';
import { InvitedItem } from './InvitedItem.js';
import { InviteForm } from './InviteForm.js';
import { LeaveRoom } from './LeaveRoom.js';
import { MemberList } from './MemberList.js';
import { otherOf } from './names.js';
import { roomMembers } from './room-members.js';
import type { Membership } from './room.js';
import { RoomSettings } from './RoomSettings.js';

interface MembersPanelProps {
  membership: Membership;
  onClose: () => void;
}

export function MembersPanel({ membership, onClose }: MembersPanelProps) {
  const { state } = useView();
  const heading = useRef<HTMLHeadingElement>(null);
  const focusHeading = useCallback(() => heading.current?.focus(), []);
  useLayoutEffect(focusHeading, [focusHeading]);
  const { room, role } = membership;
  const known = partOf(state, roomMembers).get(room.id)?.part;
  const other = otherOf(membership, state.me);
  useNeededPeople((known?.invitations ?? []).map(({ userId }) => userId));

  return (
    <aside className="members" aria-label={words.rooms.members} onKeyDown={onEscape(onClose)}>
      <div className="members-head">
        <h2 ref={heading} tabIndex={-1}>
          {words.rooms.members}
        </h2>
        <button type="button" className="button-quiet" onClick={onClose}>
          {words.rooms.close}
        </button>
      </div>
      {room.topic !== null && (
        <p className="members-topic" dir="auto">
          {room.topic}
        </p>
      )}
      {known && <MemberList membership={membership} known={known} onFocusLost={focusHeading} />}
      {known && known.invitations.length > 0 && (
        <>
          <h2>{words.rooms.invited}</h2>
          <ul className="member-list">
            {known.invitations.map((invitation) => (
              <InvitedItem
                key={invitation.userId}
                invitation={invitation}
                role={role}
                onFocusLost={focusHeading}
              />
            ))}
          </ul>
        </>
      )}
      {canInvite(membership) && (
        <>
          {known?.count === 1 && <p className="nav-empty">{words.rooms.onlyYou}</p>}
          <InviteForm roomId={room.id} known={known} />
        </>
      )}
      {role === 'owner' && room.kind !== 'direct' && <RoomSettings room={room} />}
      {other !== null && <DirectSettings roomId={room.id} other={other} />}
      {room.kind !== 'direct' && <LeaveRoom membership={membership} />}
    </aside>
  );
}
