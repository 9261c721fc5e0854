import { useState } from 'react';
import { otherOf, titleOf } from '../chat/names.js';
import type { Membership } from '../chat/room.js';
import { BackLink } from '../page/BackLink.js';
import { go, searchAddress } from '../page/route.js';
import { useChatView } from '../page/use-chat.js';
import { JumpToDate } from './JumpToDate.js';
import { SearchInRoom } from './SearchInRoom.js';

/** In a room of more members it is not told who is here. */
const MOST_HERE = 1000;

interface RoomHeaderProps {
  membership: Membership;
  showMembers: boolean;
  onShowMembers: (show: boolean) => void;
}

export function RoomHeader({ membership, showMembers, onShowMembers }: RoomHeaderProps) {
  const { state } = useChatView();
  const [looking, setLooking] = useState(false);
  return (
    <header className="room-head">
      <BackLink />
      <div className="room-title">
        <h1 dir="auto">{titleOf(state, membership)}</h1>
        <p>
          <Subtitle membership={membership} />
        </p>
      </div>
      <div className="room-tools">
        <button
          type="button"
          className="button-quiet"
          aria-expanded={looking}
          onClick={() => setLooking(!looking)}
        >
          Find
        </button>
        <button
          type="button"
          className="button-quiet"
          aria-expanded={showMembers}
          onClick={() => onShowMembers(!showMembers)}
        >
          {membership.room.kind === 'direct' ? 'Details' : 'Members'}
        </button>
      </div>
      {looking && (
        <div className="room-find">
          <SearchInRoom onSearch={(text) => go(searchAddress(text, membership.room.id))} />
          <JumpToDate roomId={membership.room.id} />
        </div>
      )}
    </header>
  );
}

function Subtitle({ membership }: { membership: Membership }) {
  const { state, online, status } = useChatView();
  const { room } = membership;
  // Who is here is known from the stream only.
  if (status.state === 'offline') return 'Offline';
  if (status.state === 'reconnecting') return 'Reconnecting…';
  const other = otherOf(membership, state.me);
  if (other !== null) return online.has(other) ? 'Here now' : 'Not here';
  const known = state.members.get(room.id)?.part.members;
  const kind = room.kind === 'public' ? 'Public' : 'Private';
  if (!known) return kind;
  const here = known.filter(({ userId }) => online.has(userId)).length;
  const count = known.length === 1 ? '1 member' : `${known.length} members`;
  return known.length > MOST_HERE ? `${kind} · ${count}` : `${kind} · ${count}, ${here} here`;
}
