import { memo } from 'react';
import { go } from '../../shell/address.js';
import { partOf } from '../../store/state.js';
import { useSelected, useStore } from '../../store/use-store.js';
import { Avatar } from '../../ui/Avatar.js';
import { ConfirmButton } from '../../ui/ConfirmButton.js';
import { FailureText } from '../../ui/FailureText.js';
import { Rich } from '../../ui/Rich.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { usePassFocusOn } from '../../ui/use-pass-focus-on.js';
import { words } from '../../words/words.js';
import { people } from '../people/people.js';
import { useName } from '../people/use-name.js';
import { onlineUsers } from '../presence/presence.js';
import { PersonButton } from './PersonButton.js';
import { hrefOfRoom } from './room-address.js';
import type { Member } from './room.js';
import { changeRole, openDirect, removeMember } from './rooms-api.js';

interface MemberItemProps {
  member: Member;
  /** The place in the list, from 0, and the length of the list. */
  index: number;
  total: number;
  roomId: string;
  isDirect: boolean;
  /** Whether the user may change the role of others and remove them. */
  isManager: boolean;
  /** Has to be stable. */
  onFocusLost: () => void;
}

export const MemberItem = memo(function MemberItem(props: MemberItemProps) {
  const { member, index, total, roomId, isDirect, isManager, onFocusLost } = props;
  const { me } = useStore();
  const item = usePassFocusOn<HTMLLIElement>(onFocusLost);
  const { failure, attempt: act } = useAttempt();
  const { userId, role } = member;
  const name = useName(userId);
  const isOnline = useSelected(({ state }) => partOf(state, onlineUsers).has(userId));
  const username = useSelected(({ state }) => partOf(state, people).get(userId)?.username);
  const isMe = userId === me;
  const isManaged = isManager && !isMe;

  return (
    <li
      ref={item}
      className="member"
      data-index={index}
      aria-posinset={index + 1}
      aria-setsize={total}
    >
      <Avatar id={userId} name={name} isOnline={isOnline} />
      <span className="member-name">
        <PersonButton userId={userId} roomId={roomId} className="">
          {isMe ? <Rich text={words.rooms.you} values={{ name: <bdi>{name}</bdi> }} /> : name}
        </PersonButton>
        {isOnline && <span className="visually-hidden">{words.rooms.online}</span>}
      </span>
      <span className="username">
        {username && words.people.username(username)}
        {role === 'owner' && ` · ${words.rooms.owner}`}
      </span>
      {!isMe && !isDirect && (
        <div className="actions">
          <button
            type="button"
            className="button-quiet"
            aria-label={words.rooms.messagePerson(name)}
            onClick={() => act(openDirect(userId).then(({ id }) => go(hrefOfRoom(id))))}
          >
            {words.rooms.message}
          </button>
          {isManaged && (
            <>
              <button
                type="button"
                className="button-quiet"
                aria-label={
                  role === 'owner' ? words.rooms.makeMemberOf(name) : words.rooms.makeOwnerOf(name)
                }
                onClick={() =>
                  act(changeRole(roomId, userId, role === 'owner' ? 'member' : 'owner'))
                }
              >
                {role === 'owner' ? words.rooms.makeMember : words.rooms.makeOwner}
              </button>
              <ConfirmButton
                text={words.rooms.remove}
                label={words.rooms.removePerson(name)}
                className="button-quiet"
                onConfirm={() => act(removeMember(roomId, userId))}
              />
            </>
          )}
        </div>
      )}
      <FailureText text={failure} />
    </li>
  );
});
