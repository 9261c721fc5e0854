import { useEffect } from 'react';
import { go } from '../../shell/address.js';
import { partOf } from '../../store/state.js';
import { useSelected, useStore } from '../../store/use-store.js';
import { Avatar } from '../../ui/Avatar.js';
import { FailureText } from '../../ui/FailureText.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { words } from '../../words/words.js';
import { people } from '../people/people.js';
import { useName } from '../people/use-name.js';
import { onlineUsers } from '../presence/presence.js';
import { searchMembers } from './need-members.js';
import { hrefOfRoom } from './room-address.js';
import { roomMembers } from './room-members.js';
import { openDirect } from './rooms-api.js';

interface PersonCardProps {
  userId: string;
  /** The room in which the card is opened. */
  roomId: string;
}

/** Who a user is, their role in the room, and a way to write to them. */
export function PersonCard({ userId, roomId }: PersonCardProps) {
  const { me } = useStore();
  const name = useName(userId);
  const username = useSelected(({ state }) => partOf(state, people).get(userId)?.username);
  const isOnline = useSelected(({ state }) => partOf(state, onlineUsers).has(userId));
  const role = useRole(userId, roomId, username);
  const { failure, attempt } = useAttempt();
  const details = [
    isOnline && words.conversation.online,
    role === 'owner' && words.rooms.ownerHere,
    role === 'none' && words.rooms.notHere,
  ].filter(Boolean);
  return (
    <>
      <div className="person-card-head">
        <Avatar id={userId} name={name} isOnline={isOnline} />
        <p>
          <strong dir="auto">{name}</strong>
          {username !== undefined && (
            <span className="username">{words.people.username(username)}</span>
          )}
        </p>
      </div>
      {details.length > 0 && <p className="person-card-details">{details.join(' · ')}</p>}
      {userId === me ? (
        <a href="#/profile">{words.account.profile}</a>
      ) : (
        username !== undefined && (
          <button
            type="button"
            onClick={() => attempt(openDirect(userId).then(({ id }) => go(hrefOfRoom(id))))}
          >
            {words.rooms.message}
          </button>
        )
      )}
      <FailureText text={failure} />
    </>
  );
}

/** Undefined until it is known. In a large room, the server finds the member. */
function useRole(userId: string, roomId: string, username: string | undefined) {
  const store = useStore();
  const known = useSelected(({ state }) => partOf(state, roomMembers).get(roomId)?.part);
  const member = [...(known?.members ?? []), ...(known?.found ?? [])].find(
    (each) => each.userId === userId,
  );
  const isMissing = known !== undefined && known.rest !== null && member === undefined;
  useEffect(() => {
    if (!isMissing || username === undefined) return;
    const removed = new AbortController();
    searchMembers(store, roomId, `@${username}`, removed.signal).catch(() => undefined);
    return () => removed.abort();
  }, [store, roomId, username, isMissing]);
  if (member) return member.role;
  return known?.rest === null ? 'none' : undefined;
}
