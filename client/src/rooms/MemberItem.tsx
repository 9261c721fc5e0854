import { changeRole, openDirect, removeMember } from '../chat/chat-api.js';
import type { Member, Membership } from '../chat/room.js';
import { Avatar } from '../page/Avatar.js';
import { go, roomAddress } from '../page/route.js';
import { SureButton } from '../page/SureButton.js';
import { useChatView } from '../page/use-chat.js';
import { useName } from '../page/use-person.js';

interface MemberItemProps {
  member: Member;
  membership: Membership;
  act: (work: Promise<unknown>) => void;
}

export function MemberItem({ member, membership, act }: MemberItemProps) {
  const { state, online } = useChatView();
  const { userId, role } = member;
  const { room } = membership;
  const name = useName(userId);
  const isMe = userId === state.me;
  const username = state.people.get(userId)?.username;
  const ruled = membership.role === 'owner' && room.kind !== 'direct' && !isMe;

  return (
    <li className="member">
      <Avatar id={userId} name={name} isOnline={online.has(userId)} />
      <span className="member-name" dir="auto">
        {name}
        {isMe && ' (you)'}
        {online.has(userId) && <span className="visually-hidden">, here now</span>}
      </span>
      <span className="username">
        {username && `@${username}`}
        {role === 'owner' && ' · owner'}
      </span>
      {!isMe && room.kind !== 'direct' && (
        <div className="actions">
          <button
            type="button"
            className="button-quiet"
            aria-label={`Message ${name}`}
            onClick={() => act(openDirect(userId).then(({ id }) => go(roomAddress(id))))}
          >
            Message
          </button>
          {ruled && (
            <>
              <button
                type="button"
                className="button-quiet"
                aria-label={role === 'owner' ? `Make ${name} a member` : `Make ${name} an owner`}
                onClick={() =>
                  act(changeRole(room.id, userId, role === 'owner' ? 'member' : 'owner'))
                }
              >
                {role === 'owner' ? 'Make member' : 'Make owner'}
              </button>
              <SureButton
                text="Remove"
                label={`Remove ${name}`}
                className="button-quiet"
                onSure={() => act(removeMember(room.id, userId))}
              />
            </>
          )}
        </div>
      )}
    </li>
  );
}
