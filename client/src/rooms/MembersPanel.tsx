import { useState } from 'react';
import { blockUser, removeMember, unblockUser, uninvite } from '../chat/chat-api.js';
import { nameOf, otherOf } from '../chat/names.js';
import type { Membership } from '../chat/room.js';
import { failureOf } from '../http/failure.js';
import { go } from '../page/route.js';
import { SureButton } from '../page/SureButton.js';
import { useChatView } from '../page/use-chat.js';
import { onEscape } from '../users/on-escape.js';
import { InviteForm } from './InviteForm.js';
import { MemberItem } from './MemberItem.js';
import { RoomSettings } from './RoomSettings.js';

interface MembersPanelProps {
  membership: Membership;
  onClose: () => void;
}

export function MembersPanel({ membership, onClose }: MembersPanelProps) {
  const { state, online } = useChatView();
  const [failure, setFailure] = useState<string | null>(null);
  const { room, role } = membership;
  const known = state.members.get(room.id)?.part;
  const act = (work: Promise<unknown>) => {
    setFailure(null);
    work.catch((error: unknown) => setFailure(failureOf(error).message));
  };
  const inOrder = (known?.members ?? []).toSorted(
    (one, other) =>
      Number(online.has(other.userId)) - Number(online.has(one.userId)) ||
      nameOf(state, one.userId).localeCompare(nameOf(state, other.userId)),
  );
  const other = otherOf(membership, state.me);
  const isOpen = room.archivedAt === null && room.kind !== 'direct';

  return (
    <aside className="members" aria-label="Members" onKeyDown={onEscape(onClose)}>
      <div className="members-head">
        <h2>Members</h2>
        <button type="button" className="button-quiet" onClick={onClose}>
          Close
        </button>
      </div>
      <p role="alert" className="failure">
        {failure}
      </p>
      <ul className="member-list">
        {inOrder.map((member) => (
          <MemberItem key={member.userId} member={member} membership={membership} act={act} />
        ))}
      </ul>
      {known && known.invitations.length > 0 && (
        <>
          <h2>Invited</h2>
          <ul className="member-list">
            {known.invitations.map(({ userId, invitedBy }) => (
              <li key={userId} className="member">
                <span className="member-name" dir="auto">
                  {nameOf(state, userId)}
                </span>
                {(role === 'owner' || invitedBy === state.me) && (
                  <button
                    type="button"
                    className="button-quiet"
                    aria-label={`Withdraw the invitation of ${nameOf(state, userId)}`}
                    onClick={() => act(uninvite(room.id, userId))}
                  >
                    Withdraw
                  </button>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {isOpen && (role === 'owner' || room.kind === 'public') && (
        <InviteForm roomId={room.id} known={known} />
      )}
      {role === 'owner' && room.kind !== 'direct' && <RoomSettings room={room} />}
      {other !== null && (
        <div className="settings">
          <button
            type="button"
            onClick={() => act(removeMember(room.id, state.me).then(() => go('#/')))}
          >
            Hide conversation
          </button>
          {state.blocks.part.has(other) ? (
            <button type="button" onClick={() => act(unblockUser(other))}>
              Unblock {nameOf(state, other)}
            </button>
          ) : (
            <SureButton
              text={`Block ${nameOf(state, other)}`}
              className="button-danger"
              onSure={() => act(blockUser(other))}
            />
          )}
        </div>
      )}
      {room.kind !== 'direct' && (
        <SureButton
          text="Leave the room"
          className="button-danger"
          onSure={() => act(removeMember(room.id, state.me).then(() => go('#/')))}
        />
      )}
    </aside>
  );
}
